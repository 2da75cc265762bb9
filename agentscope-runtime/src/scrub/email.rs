//! E-mail addresses.

use std::sync::LazyLock;

use super::Kind;
use super::bytes::{at, before};
use super::pass::Scan;
use super::words::Set;

/// Bytes before the sign that are looked at. An address has no more than 64.
const LOCAL: usize = 96;
/// Bytes behind it.
const DOMAIN: usize = 255;

/// Ends of names that look like a domain and are none: of files, of units of a service manager, of
/// hosts that only a local network knows.
const NO_DOMAINS: &str = " png jpg jpeg gif svg webp avif ico bmp tiff pdf css scss sass less html htm xhtml json jsonl \
    yaml yml toml xml txt log csv tsv parquet lock mjs cjs jsx tsx vue svelte java class jar war kts swift \
    cpp hpp cxx ipynb pyc pyi whl egg wasm bin exe dll dylib tar tgz bz2 zst gzip deb rpm apk dmg iso img \
    bak tmp old orig patch diff sql sqlite conf cfg ini env lua php rst tex proto graphql woff ttf otf mp3 mp4 \
    wav webm service socket timer target mount slice scope swap automount device local internal localdomain \
    localhost lan intranet home corp svc cluster arpa latest next canary alpha beta rc dev1 ";

/// Countries with a domain of their own.
const COUNTRIES: &str = " ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs \
    bt bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et \
    eu fi fj fk fm fo fr ga gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im \
    in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md \
    me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf \
    pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sk sl sm sn so sr ss st su sv \
    sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye \
    yt za zm zw ";

static NO_DOMAIN_SET: Set = LazyLock::new(|| NO_DOMAINS.split_ascii_whitespace().collect());

static COUNTRY_SET: Set = LazyLock::new(|| COUNTRIES.split_ascii_whitespace().collect());

/// Domains that a call of a method does not end with.
const COMMON: &str = " com org net edu gov mil int io ai app dev info biz ";

/// Looks around the sign behind which the byte before `end` stands.
pub(super) fn look(scan: &mut Scan<'_>, end: usize) -> usize {
    let text = scan.text;
    let sign_end = end - 1;
    let sign = match before(text, sign_end) {
        b'@' => sign_end - 1,
        _ => sign_end - 3,
    };
    let start = local(text, scan.from, sign);
    if start == sign {
        return sign_end;
    }
    let Some(domain_end) = domain(text, sign_end, scan.to) else {
        return sign_end;
    };
    if is_login(&text[start..sign], at(text, domain_end)) {
        return domain_end;
    }
    scan.keep(start..domain_end, Kind::Email);
    domain_end
}

/// Whether an address is how a program logs in: `git@github.com:organisation/project`. There is no
/// person behind `git`, and the place of a repository is worth reading.
fn is_login(local: &[u8], next: u8) -> bool {
    match local {
        b"git" | b"hg" => matches!(next, b':' | b'/'),
        // Labels of Kotlin.
        b"this" | b"super" => true,
        _ => false,
    }
}

/// Where the part before the sign begins.
fn local(text: &[u8], from: usize, sign: usize) -> usize {
    let lowest = from.max(sign.saturating_sub(LOCAL));
    let mut start = sign;
    while start > lowest {
        match text[start - 1] {
            byte if byte.is_ascii_alphanumeric() => start -= 1,
            b'.' | b'_' | b'%' | b'+' | b'-' | b'\'' | b'#' | b'!' | b'~' | b'$' | b'*' => {
                start -= 1
            }
            // Letters of two bytes: `jürgen`, `анна`. Those of three are of scripts that set no words
            // apart, so they may be the text before it.
            0x80..=0xBF if start >= lowest + 2 && is_letter(&text[start - 2..start]) => start -= 2,
            _ => break,
        }
    }
    // Quotes, dashes of a list, encoded signs.
    while start < sign
        && !(text[start].is_ascii_alphanumeric() || matches!(text[start], b'_' | 0x80..))
    {
        start += 1;
    }
    // A letter of `\n`, where a text has been escaped twice.
    if before(text, start) == b'\\' && start > from {
        let escaped = match text[start] {
            b'n' | b't' | b'r' | b'b' | b'f' => 1,
            b'u' if sign > start + 5 => 5,
            _ => 0,
        };
        start = (start + escaped).min(sign);
    }
    // `%3D`, `%22`: what was encoded before it in a URL is no part of it.
    if before(text, start) == b'%'
        && start + 2 < sign
        && text[start..start + 2].iter().all(u8::is_ascii_hexdigit)
    {
        start += 2;
    }
    start
}

/// Whether two bytes are a letter: Latin, Greek, Cyrillic, Armenian, Hebrew, Arabic.
fn is_letter(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| text.chars().all(char::is_alphabetic))
}

/// Where the domain ends that begins at `from`.
fn domain(text: &[u8], from: usize, to: usize) -> Option<usize> {
    let to = to.min(from + DOMAIN);
    let mut best = None;
    let mut start = from;
    let mut labels = 0;
    let mut numbers = 0;
    loop {
        let end = label(text, start, to);
        if end == start {
            break;
        }
        let label = &text[start..end];
        numbers += usize::from(label.iter().all(u8::is_ascii_digit));
        if labels > 0
            && let Some(end) = top(text, start, end)
        {
            best = Some(end);
        }
        labels += 1;
        if at(text, end) != b'.' || end >= to {
            break;
        }
        start = end + 1;
    }
    // `package@1.2.3-beta.rc`
    best.filter(|_| numbers < 2)
}

fn label(text: &[u8], start: usize, to: usize) -> usize {
    let mut place = start;
    while place < to {
        match text[place] {
            byte if byte.is_ascii_alphanumeric() => place += 1,
            b'-' if place > start => place += 1,
            0x80.. => match letter(&text[place..to]) {
                Some(length) => place += length,
                None => break,
            },
            _ => break,
        }
    }
    place
}

/// Bytes of the letter outside of ASCII that a text begins with.
fn letter(text: &[u8]) -> Option<usize> {
    let length = match text.first()? {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        _ => 4,
    };
    let sign = text.get(..length)?;
    is_letter(sign).then_some(length)
}

/// Where a label ends that can be the last one of a domain.
fn top(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let label = &text[start..end];
    if !label[0].is_ascii() {
        // Only letters of its own script.
        let length = label.iter().position(u8::is_ascii);
        return Some(start + length.unwrap_or(label.len()));
    }
    if label.len() > 4 && label[..4].eq_ignore_ascii_case(b"xn--") {
        return Some(end);
    }
    // What follows in another script is the text behind it.
    let length = label
        .iter()
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count();
    if !(2..=24).contains(&length)
        || label
            .get(length)
            .is_some_and(|next| next.is_ascii() && *next != b'-')
    {
        return None;
    }
    let mut lower = [0; 24];
    lower[..length].copy_from_slice(&label[..length]);
    lower.make_ascii_lowercase();
    let word = std::str::from_utf8(&lower[..length]).unwrap_or_default();
    let end = start + length;
    let is_country = length == 2 && COUNTRY_SET.contains(word);
    if (length == 2 && !is_country) || NO_DOMAIN_SET.contains(word) {
        return None;
    }
    let is_call = at(text, end) == b'(' && !is_country && !super::words::has(COMMON, word);
    (!is_call).then_some(end)
}
