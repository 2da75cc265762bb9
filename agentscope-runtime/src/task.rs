//! Spawn on tokio and stay in the agent: the names of tokio, so that changing an import is enough.
//!
//! An annotated function needs them only where it spawns by a name that its macro does not know:
//! `tokio::spawn(..)`, `tokio::task::{spawn, spawn_local, spawn_blocking}(..)` and
//! `std::thread::spawn(..)`, written with their full path, take the agent along by themselves.

use std::ops::{Deref, DerefMut};

use tokio::runtime::Handle;
use tokio::task::{self, AbortHandle, JoinHandle, LocalSet};

use crate::in_agent::{in_cx, in_cx_fn};

/// `tokio::spawn` for work that belongs to the current agent.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// # async fn search() -> u32 { 7 }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use agentscope::spawn;
/// assert_eq!(spawn(search()).await.expect("no panic"), 7);
/// # }
/// ```
///
/// # Panics
///
/// Outside a tokio runtime, as `tokio::spawn` does.
#[track_caller]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    task::spawn(in_cx(future))
}

/// `tokio::task::spawn_blocking` for work that belongs to the current agent.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let sum = agentscope::spawn_blocking(|| (1..=4).sum::<u32>());
/// assert_eq!(sum.await.expect("no panic"), 10);
/// # }
/// ```
///
/// # Panics
///
/// Outside a tokio runtime, as `tokio::task::spawn_blocking` does.
#[track_caller]
pub fn spawn_blocking<F, R>(work: F) -> JoinHandle<R>
where
    F: FnOnce() -> R + Send + 'static,
    R: Send + 'static,
{
    task::spawn_blocking(in_cx_fn(work))
}

/// `tokio::task::JoinSet` whose tasks belong to the agent that spawns them.
///
/// Everything but the spawning is that of the set that it derefs to.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// # async fn search(page: u32) -> u32 { page }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use agentscope::JoinSet;
///
/// let mut searches = JoinSet::new();
/// for page in 0..3 {
///     searches.spawn(search(page));
/// }
/// let mut found = 0;
/// while let Some(page) = searches.join_next().await {
///     found += page.expect("no panic");
/// }
/// assert_eq!(found, 3);
/// # }
/// ```
#[derive(Debug)]
pub struct JoinSet<T>(task::JoinSet<T>);

impl<T> JoinSet<T> {
    /// An empty set.
    ///
    /// ```
    /// # extern crate agentscope_runtime as agentscope;
    /// assert!(agentscope::JoinSet::<u32>::new().is_empty());
    /// ```
    pub fn new() -> Self {
        Self(task::JoinSet::new())
    }
}

impl<T: 'static> JoinSet<T> {
    /// Spawns a task that belongs to the current agent; see [`JoinSet`].
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    #[track_caller]
    pub fn spawn<F>(&mut self, task: F) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send,
    {
        self.0.spawn(in_cx(task))
    }

    /// Spawns a task on another runtime that belongs to the current agent.
    #[track_caller]
    pub fn spawn_on<F>(&mut self, task: F, runtime: &Handle) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send,
    {
        self.0.spawn_on(in_cx(task), runtime)
    }

    /// Spawns a task on a `LocalSet` that belongs to the current agent.
    #[track_caller]
    pub fn spawn_local_on<F>(&mut self, task: F, local: &LocalSet) -> AbortHandle
    where
        F: Future<Output = T> + 'static,
    {
        self.0.spawn_local_on(in_cx(task), local)
    }

    /// Spawns blocking work on another runtime that belongs to the current agent.
    #[track_caller]
    pub fn spawn_blocking_on<F>(&mut self, work: F, runtime: &Handle) -> AbortHandle
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send,
    {
        self.0.spawn_blocking_on(in_cx_fn(work), runtime)
    }

    /// Spawns a task on the current `LocalSet` that belongs to the current agent.
    ///
    /// # Panics
    ///
    /// Outside a `LocalSet`.
    #[track_caller]
    pub fn spawn_local<F>(&mut self, task: F) -> AbortHandle
    where
        F: Future<Output = T> + 'static,
    {
        self.0.spawn_local(in_cx(task))
    }

    /// Spawns blocking work that belongs to the current agent.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    #[track_caller]
    pub fn spawn_blocking<F>(&mut self, work: F) -> AbortHandle
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send,
    {
        self.0.spawn_blocking(in_cx_fn(work))
    }

    /// What all tasks have returned, in the order in which they have ended.
    ///
    /// ```
    /// # extern crate agentscope_runtime as agentscope;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let squares: agentscope::JoinSet<u32> = (1..4).map(|n| async move { n * n }).collect();
    /// assert_eq!(squares.join_all().await.into_iter().sum::<u32>(), 14);
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// Where a task has panicked or was aborted.
    pub async fn join_all(self) -> Vec<T> {
        self.0.join_all().await
    }
}

/// Spawns each of the futures.
impl<T, F> FromIterator<F> for JoinSet<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    fn from_iter<I: IntoIterator<Item = F>>(tasks: I) -> Self {
        Self(tasks.into_iter().map(in_cx).collect())
    }
}

impl<T> Default for JoinSet<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Deref for JoinSet<T> {
    type Target = task::JoinSet<T>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<T> DerefMut for JoinSet<T> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}
