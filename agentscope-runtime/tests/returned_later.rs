//! What an annotated function returns and does its work later is measured until it ends.

use std::pin::Pin;
use std::task::{Context, Poll};

use agentscope::testing::{Recorded, SnapshotView, SpanView, record, record_async};
use agentscope::{Layer, Outcome, Usage, inference, names, tool};
use agentscope_runtime as agentscope;
use futures_util::future::FusedFuture;
use futures_util::stream::{self, BoxStream, FusedStream, LocalBoxStream};
use futures_util::{FutureExt as _, Stream, StreamExt as _, TryStreamExt as _};

#[derive(Debug)]
struct Broken;

/// Work inside the call: its span is below that of the call.
#[tool(default = internal, name = "work")]
async fn work(n: u32) -> u32 {
    n
}

type Items<'a> = Pin<Box<dyn Stream<Item = Result<u32, Broken>> + Send + 'a>>;

#[tool(default = internal)]
fn boxed(upto: &u32) -> Items<'_> {
    if *upto == 0 {
        return stream::empty().boxed();
    }
    stream::iter(1..=*upto)
        .then(|n| async move {
            if n > 2 {
                Err(Broken)
            } else {
                Ok(work(n).await)
            }
        })
        .boxed()
}

#[tool(default = internal)]
fn local() -> LocalBoxStream<'static, u32> {
    let shared = std::rc::Rc::new(1);
    stream::once(async move { work(*shared).await }).boxed_local()
}

#[tool(default = internal)]
async fn opened(n: u32) -> Result<BoxStream<'static, u32>, Broken> {
    if work(n).await == 0 {
        return Err(Broken);
    }
    Ok(stream::iter([n]).then(work).boxed())
}

#[tool(default = internal)]
async fn hidden(n: u32) -> Result<impl Stream<Item = u32> + Send, Broken> {
    Ok(stream::iter([n]).then(work))
}

#[tool(default = internal)]
fn fused(n: u32) -> impl FusedStream<Item = u32> {
    stream::iter([n]).fuse()
}

#[tool(default = internal)]
fn fused_once(n: u32) -> impl FusedFuture<Output = u32> {
    async move { n }.fuse()
}

trait Numbers: Stream<Item = u32> {}
impl<T: Stream<Item = u32>> Numbers for T {}

#[tool(default = internal)]
fn by_an_alias() -> impl Numbers {
    stream::iter([1]).then(work)
}

#[tool(default = internal)]
fn breaks(at: u32) -> impl Stream<Item = u32> {
    stream::iter(1..).map(move |n| if n == at { panic!("on purpose") } else { n })
}

#[inference(
    provider = "test", model = "m", default = internal,
    usage = |sofar| Usage { input_tokens: 10, output_tokens: *sofar, ..Usage::default() }
)]
fn tokens() -> impl Stream<Item = u64> {
    stream::iter([1, 2, 3])
}

#[tool(default = internal)]
fn lazily() -> impl DoubleEndedIterator<Item = u32> + Clone2 {
    (1..4).map(|n| work(n).now_or_never().expect("is ready"))
}

/// A bound that the wrapper has by a blanket implementation.
trait Clone2 {}
impl<T> Clone2 for T {}

#[tool(default = internal)]
fn boxed_lazily() -> Box<dyn Iterator<Item = Result<u32, Broken>>> {
    Box::new([Ok(1), Err(Broken)].into_iter())
}

#[tool(default = internal)]
fn unpin() -> Box<dyn Future<Output = Result<u32, Broken>> + Send + Unpin> {
    Box::new(Box::pin(async { Ok(work(1).await) }))
}

#[tool(default = internal, returns = value)]
fn at_once() -> std::future::Ready<u32> {
    std::future::ready(work(1).now_or_never().expect("is ready"))
}

#[tool(default = internal, returns = stream)]
fn both_ways() -> impl Stream<Item = u32> + Unpin {
    stream::iter([1])
}

/// Asserts how the call of this name ended, and that the work of its items was done below it.
#[track_caller]
fn assert_around_its_work<R>(recorded: &Recorded<R>, name: &str, outcome: Outcome) {
    recorded.assert_outcome(name, outcome);
    let spans = recorded.spans();
    let is_call = |span: &SpanView| span.name == name && span.layer == Some(Layer::Tool);
    let place = spans.iter().position(is_call);
    let inside = spans
        .iter()
        .filter(|span| span.name == "work")
        .collect::<Vec<_>>();
    assert!(
        !inside.is_empty() && inside.iter().all(|span| span.parent == place),
        "{}",
        recorded.tree()
    );
    recorded.assert_no_lost_steps();
}

#[tokio::test]
async fn a_stream_lasts_until_it_ends_however_it_is_returned() {
    let recorded = record_async(async { boxed(&2).try_collect::<Vec<_>>().await }).await;
    assert_eq!(recorded.result.as_deref().ok(), Some(&[1, 2][..]));
    assert_around_its_work(&recorded, "boxed", Outcome::Ok);
    let recorded = record_async(async { local().collect::<Vec<_>>().await }).await;
    assert_around_its_work(&recorded, "local", Outcome::Ok);
    let recorded =
        record_async(async { opened(3).await.expect("opens").collect::<Vec<_>>().await });
    assert_around_its_work(&recorded.await, "opened", Outcome::Ok);
    let recorded =
        record_async(async { hidden(3).await.expect("opens").collect::<Vec<_>>().await });
    assert_around_its_work(&recorded.await, "hidden", Outcome::Ok);
    let recorded = record_async(async { by_an_alias().collect::<Vec<_>>().await }).await;
    assert_around_its_work(&recorded, "by_an_alias", Outcome::Ok);
}

#[tokio::test]
async fn a_stream_that_ends_with_an_error_has_failed() {
    let recorded = record_async(async { boxed(&9).try_collect::<Vec<_>>().await }).await;
    assert!(recorded.result.is_err());
    assert_around_its_work(&recorded, "boxed", Outcome::Error);
    let recorded = record_async(async { boxed(&3).collect::<Vec<_>>().await }).await;
    assert_around_its_work(&recorded, "boxed", Outcome::Error);
    let error_type = recorded.span("boxed").error_type.as_deref();
    assert!(
        error_type.is_some_and(|name| name.ends_with("Broken")),
        "{error_type:?}"
    );
    let recorded = record_async(async { opened(0).await.is_err() }).await;
    assert_around_its_work(&recorded, "opened", Outcome::Error);
}

#[tokio::test]
async fn a_stream_that_is_dropped_is_cancelled_and_one_that_panics_has_panicked() {
    let recorded = record_async(async { drop(breaks(9).take(2).collect::<Vec<_>>().await) }).await;
    recorded.assert_outcome("breaks", Outcome::Cancelled);
    let panics = std::panic::AssertUnwindSafe(async { breaks(2).collect::<Vec<_>>().await });
    let recorded = record_async(panics.catch_unwind()).await;
    assert!(recorded.result.is_err());
    recorded.assert_outcome("breaks", Outcome::Panicked);
    let recorded = record_async(async { boxed(&0).collect::<Vec<_>>().await.len() }).await;
    assert_eq!(recorded.span("boxed").tool_status.as_deref(), Some("empty"));
}

#[tokio::test]
async fn a_streamed_response_has_a_time_to_its_first_item_and_the_last_usage() {
    let recorded = record_async(async { tokens().count().await }).await;
    let span = recorded
        .spans()
        .iter()
        .find(|span| span.layer == Some(Layer::Inference));
    let span = span.expect("an inference");
    assert!(
        span.attribute("gen_ai.response.time_to_first_chunk")
            .is_some()
    );
    assert_eq!((span.input_tokens, span.output_tokens), (Some(10), Some(3)));
}

#[test]
fn an_iterator_lasts_until_it_ends() {
    let recorded = record(|| lazily().rev().collect::<Vec<_>>());
    assert_eq!(recorded.result, [3, 2, 1]);
    assert_around_its_work(&recorded, "lazily", Outcome::Ok);
    let recorded = record(|| boxed_lazily().count());
    recorded.assert_outcome("boxed_lazily", Outcome::Error);
}

#[tokio::test]
async fn an_unpinned_box_lasts_and_a_value_does_not() {
    let recorded = record_async(async { unpin().await.is_ok() }).await;
    assert_around_its_work(&recorded, "unpin", Outcome::Ok);
    let recorded = record_async(async { at_once().await }).await;
    assert_around_its_work(&recorded, "at_once", Outcome::Ok);
    let recorded = record_async(async { both_ways().count().await }).await;
    recorded.assert_outcome("both_ways", Outcome::Ok);
}

/// Nothing is recorded here: what is returned behaves as before.
#[test]
fn without_a_recording_everything_passes_through() {
    let mut stream = boxed(&1);
    let mut cx = Context::from_waker(futures_util::task::noop_waker_ref());
    assert!(matches!(
        stream.as_mut().poll_next(&mut cx),
        Poll::Ready(Some(Ok(1)))
    ));
    assert!(matches!(
        stream.as_mut().poll_next(&mut cx),
        Poll::Ready(None)
    ));
    assert_eq!(lazily().size_hint(), (3, Some(3)));
}

struct Request(u32);

impl Request {
    /// What the future yields follows from the signature only.
    #[tool(default = internal)]
    fn send(mut self, more: u32) -> impl Future<Output = Result<u32, String>> {
        self.0 += more;
        async move {
            if self.0 == 0 {
                return Err("nothing".into());
            }
            Ok(work(self.0).await)
        }
    }
}

/// The same in `Ok`.
#[tool(default = internal)]
fn prepared(n: u32) -> Result<impl Future<Output = Result<u32, String>>, Broken> {
    Ok(async move {
        if n == 0 {
            return Err("nothing".into());
        }
        Ok(work(n).await)
    })
}

#[tokio::test]
async fn a_future_in_ok_lasts() {
    let run = async { prepared(0).expect("it is made").await };
    let recorded = record_async(run).await;
    assert_eq!(recorded.result, Err("nothing".to_owned()));
    recorded.assert_outcome("prepared", Outcome::Error);
}

#[derive(Debug, agentscope::Classify)]
enum Refused {
    TimedOut,
    Closed {
        #[sensitivity(internal)]
        shop: u32,
    },
}

#[tool(default = internal)]
async fn refused(shop: u32) -> Result<BoxStream<'static, Result<u32, Broken>>, Refused> {
    match shop {
        0 => Err(Refused::TimedOut),
        _ => Err(Refused::Closed { shop }),
    }
}

#[tool(default = internal)]
fn refused_later() -> Result<impl Future<Output = Result<u32, Refused>>, Broken> {
    Ok(async { Err(Refused::TimedOut) })
}

#[tool(default = internal)]
fn broken(n: u32) -> Result<Box<dyn Iterator<Item = u32>>, Broken> {
    if n == 0 {
        return Err(Broken);
    }
    Ok(Box::new([n].into_iter()))
}

// Only its type was told.
#[tokio::test]
async fn an_error_before_what_works_later_is_told_as_any_other() {
    let of = |recorded: &SpanView| {
        let word = |key| recorded.attribute(key).map(ToString::to_string);
        (
            word("error.type").expect("it failed"),
            word(names::ERROR_PARTS),
        )
    };
    let timed_out = "returned_later::Refused::TimedOut";
    let recorded = record_async(refused(0)).await;
    assert_eq!(of(recorded.span("refused")).0, timed_out);
    let warned = |it: &SnapshotView| it.warning == Some("timeout");
    assert!(recorded.snapshots().iter().any(warned));
    let recorded = record_async(refused(7)).await;
    let (error, parts) = of(recorded.span("refused"));
    assert_eq!(error, "returned_later::Refused::Closed");
    assert!(parts.is_some_and(|parts| parts.contains('7')));

    let recorded = record_async(async { refused_later().expect("it is made").await }).await;
    assert_eq!(of(recorded.span("refused_later")).0, timed_out);
    let recorded = record(|| broken(0).is_err());
    let expected = ("returned_later::Broken".to_owned(), None);
    assert_eq!(of(recorded.span("broken")), expected);
}

#[tokio::test]
async fn a_future_of_a_mutable_receiver_lasts() {
    let recorded = record_async(async { Request(1).send(2).await }).await;
    assert_eq!(recorded.result, Ok(3));
    recorded.assert_outcome("send", Outcome::Ok);
    assert_eq!(
        recorded
            .span("work")
            .parent
            .map(|it| &*recorded.spans()[it].name),
        Some("send")
    );
}

#[tokio::test]
async fn what_is_fused_says_that_it_has_ended() {
    let recorded = record_async(async {
        let (mut items, mut once) = (Box::pin(fused(1)), Box::pin(fused_once(2)));
        assert!(!items.is_terminated() && !once.is_terminated());
        while items.next().await.is_some() {}
        (&mut once).await;
        items.is_terminated() && once.is_terminated()
    });
    let recorded = recorded.await;
    assert!(recorded.result);
    for name in ["fused", "fused_once"] {
        recorded.assert_outcome(name, Outcome::Ok);
    }
}

/// A range is a value that happens to be an iterator.
#[tool(default = internal)]
fn pages(upto: u32) -> std::ops::Range<u32> {
    0..upto
}

#[tool(default = internal)]
fn copied(upto: u32) -> impl Iterator<Item = u32> + Clone + std::fmt::Debug {
    0..upto
}

#[tool(default = internal)]
fn described(upto: u32) -> impl std::fmt::Debug {
    0..upto
}

#[test]
fn values_stay_values_and_a_copy_of_an_iterator_is_no_call() {
    let recorded = record(|| (pages(2).count(), format!("{:?}", described(2))));
    assert_eq!(recorded.result, (2, "0..2".to_owned()));
    recorded.assert_outcome("pages", Outcome::Ok);
    recorded.assert_outcome("described", Outcome::Ok);
    let recorded = record(|| {
        let items = copied(3);
        (items.clone().count(), items.count())
    });
    assert_eq!(recorded.result, (3, 3));
    recorded.assert_outcome("copied", Outcome::Ok);
}

/// serde waits for a lock, and the observed code may hold it.
#[tool(default = internal)]
fn is_held(lock: &std::sync::Mutex<u32>) -> bool {
    lock.try_lock().is_err()
}

#[test]
fn a_lock_is_not_waited_for() {
    let lock = std::sync::Mutex::new(1);
    let held = lock.lock().expect("nobody panics");
    assert!(record(|| is_held(&lock)).result);
    drop(held);
    let lock = std::sync::Mutex::new(Order { id: 1 });
    let held = lock.lock().expect("nobody panics");
    let numbers = std::sync::Arc::new(std::sync::Mutex::new(1));
    let held_too = numbers.lock().expect("nobody panics");
    assert!(record(|| is_held_too(numbers.clone(), &lock)).result);
    drop((held, held_too));
}

#[derive(serde::Serialize)]
struct Order {
    id: u32,
}

#[tool(default = secret, output = internal)]
fn is_held_too(
    #[sensitivity(internal)] numbers: std::sync::Arc<std::sync::Mutex<u32>>,
    lock: &std::sync::Mutex<Order>,
) -> bool {
    numbers.try_lock().is_err() && lock.try_lock().map_or(true, |order| order.id == 0)
}
