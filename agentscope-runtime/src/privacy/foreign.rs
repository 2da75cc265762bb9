//! Types of other crates, each by a feature of the crate's name.
//!
//! What an identifier, a moment or an address says only its place knows: those are leaves. What is a
//! secret wherever it is says so itself.

#[cfg(any(
    feature = "chrono",
    feature = "jiff",
    feature = "url",
    feature = "uuid"
))]
use crate::privacy::leaf::Leaf;

#[cfg(feature = "chrono")]
mod of_chrono {
    use super::Leaf;

    impl<Z: chrono::TimeZone> Leaf for chrono::DateTime<Z> {}
    impl Leaf for chrono::NaiveDate {}
    impl Leaf for chrono::NaiveDateTime {}
    impl Leaf for chrono::NaiveTime {}
}

#[cfg(feature = "jiff")]
mod of_jiff {
    use super::Leaf;

    impl Leaf for jiff::Timestamp {}
    impl Leaf for jiff::Zoned {}
    impl Leaf for jiff::civil::Date {}
    impl Leaf for jiff::civil::DateTime {}
    impl Leaf for jiff::civil::Time {}
}

#[cfg(feature = "url")]
impl Leaf for url::Url {}

#[cfg(feature = "uuid")]
impl Leaf for uuid::Uuid {}

#[cfg(any(feature = "http", feature = "secrecy"))]
mod secrets {
    use crate::privacy::class::{Class, Sensitivity};
    use crate::privacy::classify::Classify;
    use crate::privacy::redact::Redactor;

    macro_rules! secrets {
        ($([$($generics:tt)*] $secret:ty;)*) => {$(
            impl<$($generics)*> Classify for $secret {
                const MAX: Class = Class::Secret;

                fn redact(&self, out: &mut Redactor<'_>) {
                    out.opaque(&Sensitivity::of(Class::Secret));
                }
            }
        )*};
    }

    // Headers carry `authorization` and `cookie`.
    #[cfg(feature = "http")]
    secrets! {
        [T] http::HeaderMap<T>;
        [] http::HeaderValue;
    }

    #[cfg(feature = "secrecy")]
    secrets! {
        [S: secrecy::zeroize::Zeroize + ?Sized] secrecy::SecretBox<S>;
    }
}

#[cfg(all(
    test,
    feature = "chrono",
    feature = "http",
    feature = "jiff",
    feature = "secrecy",
    feature = "url",
    feature = "uuid"
))]
mod tests {
    use agentscope_macros::{Classify, tool};

    use crate as agentscope;
    use crate::Classify as _;
    use crate::testing::record;

    #[derive(Classify)]
    #[sensitivity(crate = agentscope, default = internal)]
    struct Request {
        id: uuid::Uuid,
        at: chrono::DateTime<chrono::Utc>,
        on: Option<jiff::civil::Date>,
        #[sensitivity(pii, kind = "url")]
        target: url::Url,
        headers: http::HeaderMap,
        key: secrecy::SecretString,
    }

    #[tool(crate = agentscope, output = internal)]
    fn send(request: Request) -> bool {
        request.on.is_some()
    }

    #[test]
    fn leaves_take_the_class_of_their_place_and_secrets_have_their_own() {
        assert_eq!(Request::MAX, crate::Class::Secret);
        let mut headers = http::HeaderMap::new();
        let cookie = http::HeaderValue::from_static("id=hunter2");
        headers.insert(http::header::COOKIE, cookie);
        let request = Request {
            id: uuid::Uuid::nil(),
            at: chrono::DateTime::UNIX_EPOCH,
            on: None,
            target: "https://me@example.org/?a=b".parse().expect("a URL"),
            headers,
            key: "hunter2".into(),
        };
        let recorded = record(|| send(request));
        let input = recorded.span("send").attribute("input.value");
        let input = input.expect("something is shown").to_string();
        assert!(
            input.contains("1970-01-01") && input.contains("0000-0000"),
            "{input}"
        );
        assert!(
            input.contains(r#""headers":"[secret]","key":"[secret]""#),
            "{input}"
        );
        assert!(
            !input.contains("hunter2") && !input.contains("me@"),
            "{input}"
        );
    }
}
