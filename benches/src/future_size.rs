//! How many bytes an annotation adds to a future: every level of nested calls pays it.

use crate::measure::{Budget, Outcome, Timing};

/// Calls below calls, seven deep.
macro_rules! nested {
    ($name:ident, $(#[$attribute:meta])*) => {
        mod $name {
            async fn waits(n: u64) -> u64 {
                std::future::pending::<()>().await;
                n
            }
            $(#[$attribute])*
            async fn one(n: u64) -> u64 {
                waits(n).await
            }
            $(#[$attribute])*
            async fn two(n: u64) -> u64 {
                one(n).await + 1
            }
            $(#[$attribute])*
            async fn three(n: u64) -> u64 {
                two(n).await + 1
            }
            $(#[$attribute])*
            async fn four(n: u64) -> u64 {
                three(n).await + 1
            }
            $(#[$attribute])*
            async fn five(n: u64) -> u64 {
                four(n).await + 1
            }
            $(#[$attribute])*
            async fn six(n: u64) -> u64 {
                five(n).await + 1
            }
            $(#[$attribute])*
            async fn seven(n: u64) -> u64 {
                six(n).await + 1
            }
            /// With an argument of 256 bytes.
            $(#[$attribute])*
            async fn large(bytes: [u8; 256]) -> u8 {
                std::future::pending::<()>().await;
                bytes[0]
            }

            pub(super) fn sizes() -> [usize; 7] {
                [
                    size_of_val(&one(1)),
                    size_of_val(&two(1)),
                    size_of_val(&three(1)),
                    size_of_val(&four(1)),
                    size_of_val(&five(1)),
                    size_of_val(&six(1)),
                    size_of_val(&seven(1)),
                ]
            }

            pub(super) fn large_size() -> usize {
                size_of_val(&large([0; 256]))
            }
        }
    };
}

nested!(plain,);
nested!(annotated, #[agentscope::tool(default = internal)]);
nested!(instrumented, #[tracing::instrument(skip_all)]);
nested!(traced, #[fastrace::trace]);

/// Deterministic: the compiler lays futures out, nothing is run.
pub(crate) fn run() -> Vec<Outcome> {
    let ours = annotated::sizes();
    let others = [
        ("the plain call", plain::sizes(), plain::large_size()),
        (
            "#[instrument(skip_all)]",
            instrumented::sizes(),
            instrumented::large_size(),
        ),
        ("fastrace", traced::sizes(), traced::large_size()),
    ];
    let bytes = |case: String, ours: f64, (reference, other): (&'static str, f64), budget| {
        let (ours, other) = (Timing::exact(ours), Timing::exact(other));
        Outcome::new(
            "future-size",
            "bytes",
            (case, ours),
            (reference, other),
            budget,
        )
        .counted(1)
    };
    let mut outcomes = Vec::new();
    for (name, sizes, large) in others {
        for depth in 0..7 {
            let case = format!("{} deep", depth + 1);
            let (ours, other) = (ours[depth] as f64, sizes[depth] as f64);
            outcomes.push(bytes(case, ours, (name, other), Budget::None));
        }
        let per_level = |sizes: [usize; 7]| (sizes[6] - sizes[0]) as f64 / 6.0;
        let budget = match name {
            "the plain call" => Budget::Added(64.0),
            _ => Budget::None,
        };
        let case = "each level".to_owned();
        let other = (name, per_level(sizes));
        outcomes.push(bytes(case, per_level(ours), other, budget));
        let case = "an argument of 256 bytes".to_owned();
        let other = (name, large as f64);
        outcomes.push(bytes(case, annotated::large_size() as f64, other, budget));
    }
    outcomes
}
