//! What the keys of known vendors look like.

use super::bytes::is_token;
use super::credential::is_mixed;

/// What a key is made of behind its prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signs {
    /// Letters, digits, `-`, `_`.
    Token,
    /// Likewise, and dots.
    Dotted,
    /// Likewise, and what else base64 and paths have.
    Base64,
    /// Capitals and digits.
    Capitals,
    /// Letters and digits.
    Plain,
}

impl Signs {
    pub(super) fn has(self, byte: u8) -> bool {
        match self {
            Self::Token => is_token(byte),
            Self::Dotted => is_token(byte) || byte == b'.',
            Self::Base64 => is_token(byte) || matches!(byte, b'.' | b'+' | b'/' | b'='),
            Self::Capitals => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Self::Plain => byte.is_ascii_alphanumeric(),
        }
    }
}

/// The keys of a vendor.
pub(super) struct Key {
    pub(super) prefixes: &'static [&'static str],
    pub(super) signs: Signs,
    /// Signs behind the prefix, at least.
    least: usize,
}

/// What begins the keys of vendors.
pub(super) const KEYS: &[Key] = &[
    Key {
        prefixes: &["sk-"],
        signs: Signs::Token,
        least: 20,
    },
    Key {
        prefixes: &["sk_live_", "sk_test_", "rk_live_", "rk_test_"],
        signs: Signs::Plain,
        least: 16,
    },
    Key {
        prefixes: &["whsec_"],
        signs: Signs::Base64,
        least: 24,
    },
    Key {
        prefixes: &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"],
        signs: Signs::Token,
        least: 30,
    },
    Key {
        prefixes: &["github_pat_"],
        signs: Signs::Token,
        least: 30,
    },
    Key {
        prefixes: &[
            "glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glimt-", "glagent-",
            "glsoat-", "gloas-",
        ],
        signs: Signs::Dotted,
        least: 20,
    },
    Key {
        prefixes: &[
            "xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxo-", "xoxc-", "xoxd-", "xoxe-",
            "xoxe.", "xapp-",
        ],
        signs: Signs::Dotted,
        least: 20,
    },
    Key {
        prefixes: &["hooks.slack.com/services/"],
        signs: Signs::Base64,
        least: 20,
    },
    Key {
        prefixes: &["AKIA", "ASIA", "ABIA", "ACCA"],
        signs: Signs::Capitals,
        least: 16,
    },
    Key {
        prefixes: &["AIza"],
        signs: Signs::Token,
        least: 30,
    },
    Key {
        prefixes: &["ya29."],
        signs: Signs::Dotted,
        least: 20,
    },
    Key {
        prefixes: &["GOCSPX-"],
        signs: Signs::Token,
        least: 20,
    },
    Key {
        prefixes: &["hf_", "r8_", "gsk_", "npm_"],
        signs: Signs::Plain,
        least: 30,
    },
    Key {
        prefixes: &["pypi-"],
        signs: Signs::Token,
        least: 40,
    },
    Key {
        prefixes: &["SG."],
        signs: Signs::Dotted,
        least: 40,
    },
    Key {
        prefixes: &["xai-", "pplx-", "tvly-", "nvapi-", "jina_", "fc-"],
        signs: Signs::Token,
        least: 24,
    },
    Key {
        prefixes: &["lsv2_pt_", "lsv2_sk_"],
        signs: Signs::Token,
        least: 32,
    },
    Key {
        prefixes: &["dapi"],
        signs: Signs::Token,
        least: 32,
    },
    Key {
        prefixes: &["dop_v1_", "doo_v1_", "dor_v1_"],
        signs: Signs::Plain,
        least: 40,
    },
    Key {
        prefixes: &["lin_api_", "ntn_", "sbp_"],
        signs: Signs::Plain,
        least: 32,
    },
    Key {
        prefixes: &["shpat_", "shpss_", "shpca_", "shppa_"],
        signs: Signs::Plain,
        least: 32,
    },
    Key {
        prefixes: &["hvs."],
        signs: Signs::Token,
        least: 24,
    },
    Key {
        prefixes: &["glsa_", "glc_"],
        signs: Signs::Base64,
        least: 32,
    },
    Key {
        prefixes: &["sntrys_", "sntryu_"],
        signs: Signs::Base64,
        least: 40,
    },
    Key {
        prefixes: &["dp.pt.", "dp.st."],
        signs: Signs::Dotted,
        least: 40,
    },
    Key {
        prefixes: &["PMAK-", "NRAK-"],
        signs: Signs::Token,
        least: 24,
    },
    Key {
        prefixes: &["pscale_tkn_", "pscale_pw_", "pscale_oauth_"],
        signs: Signs::Token,
        least: 32,
    },
    Key {
        prefixes: &["AGE-SECRET-KEY-1"],
        signs: Signs::Capitals,
        least: 50,
    },
    Key {
        prefixes: &["AccountKey=", "SharedAccessKey="],
        signs: Signs::Base64,
        least: 40,
    },
    Key {
        prefixes: &["phx_", "figd_", "dckr_pat_", "rubygems_"],
        signs: Signs::Token,
        least: 24,
    },
    // The number of a bot is before it.
    Key {
        prefixes: &[BOT],
        signs: Signs::Token,
        least: 32,
    },
];

/// What follows the number of a bot in its token.
pub(super) const BOT: &str = ":AA";

impl Key {
    /// Whether what stands behind the prefix can be a key, and not words with dashes.
    pub(super) fn fits(&self, body: &[u8]) -> bool {
        if body.len() < self.least {
            return false;
        }
        let longest = body
            .split(|byte| matches!(byte, b'-' | b'_' | b'.' | b'/'))
            .map(<[u8]>::len)
            .max();
        is_mixed(body) && longest.unwrap_or(0) >= self.least.min(12)
    }
}
