//! What a model is asked.

use std::borrow::Cow;

use serde_json::Value;

/// The parameters of a request to a model, and those that a replay sets.
///
/// Everything has a default that says nothing, for no provider has all of it: implement what yours
/// has. Values are as the request states them; what a provider would assume is not guessed.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use std::borrow::Cow;
///
/// use agentscope::model::InferenceRequest;
///
/// struct Prompt {
///     model: String,
///     text: String,
/// }
///
/// impl InferenceRequest for Prompt {
///     fn model(&self) -> Option<Cow<'_, str>> {
///         Some(Cow::Borrowed(&self.model))
///     }
///
///     fn set_model(&mut self, model: &str) -> bool {
///         self.model = model.to_owned();
///         true
///     }
/// }
///
/// let mut prompt = Prompt { model: "small".into(), text: "Hello".into() };
/// assert!(prompt.set_model("large"));
/// assert_eq!(prompt.model().as_deref(), Some("large"));
/// assert!(!prompt.set_seed(7), "there is no such parameter");
/// # let _ = prompt.text;
/// ```
pub trait InferenceRequest {
    /// The model that is asked, as the request names it.
    fn model(&self) -> Option<Cow<'_, str>> {
        None
    }

    /// The sampling temperature.
    fn temperature(&self) -> Option<f64> {
        None
    }

    /// The share of probability that is sampled from.
    fn top_p(&self) -> Option<f64> {
        None
    }

    /// The seed of the sampling.
    fn seed(&self) -> Option<i64> {
        None
    }

    /// The most tokens that the answer may have.
    fn max_tokens(&self) -> Option<u64> {
        None
    }

    /// The texts at which the model stops.
    fn stop_sequences(&self) -> Vec<Cow<'_, str>> {
        Vec::new()
    }

    /// The names of the tools that are offered, in the order of the request.
    fn tools(&self) -> Vec<Cow<'_, str>> {
        Vec::new()
    }

    /// Whether the answer is to be streamed; `None` where the request does not say, or another
    /// endpoint would be asked for a stream.
    fn stream(&self) -> Option<bool> {
        None
    }

    /// The request as the provider takes it, in one of the shapes that a `serde_json::Value` is read
    /// in. Asked for only where the deployment has prompts recorded: their messages are read from it.
    /// `None` where there is no such form, and the arguments are recorded as they are.
    fn body(&self) -> Option<Cow<'_, Value>> {
        None
    }

    /// Asks another model. False, and nothing is changed, where the request does not name its model.
    fn set_model(&mut self, model: &str) -> bool {
        let _ = model;
        false
    }

    /// Sets the sampling temperature. False, and nothing is changed, where there is none or where
    /// this is no number.
    fn set_temperature(&mut self, temperature: f64) -> bool {
        let _ = temperature;
        false
    }

    /// Sets the seed of the sampling. False, and nothing is changed, where there is none.
    fn set_seed(&mut self, seed: i64) -> bool {
        let _ = seed;
        false
    }
}

/// Borrowed and shared requests say what they hold; only an owned or uniquely borrowed one is set.
macro_rules! passed_on {
    () => {
        fn model(&self) -> Option<Cow<'_, str>> {
            (**self).model()
        }

        fn temperature(&self) -> Option<f64> {
            (**self).temperature()
        }

        fn top_p(&self) -> Option<f64> {
            (**self).top_p()
        }

        fn seed(&self) -> Option<i64> {
            (**self).seed()
        }

        fn max_tokens(&self) -> Option<u64> {
            (**self).max_tokens()
        }

        fn stop_sequences(&self) -> Vec<Cow<'_, str>> {
            (**self).stop_sequences()
        }

        fn tools(&self) -> Vec<Cow<'_, str>> {
            (**self).tools()
        }

        fn stream(&self) -> Option<bool> {
            (**self).stream()
        }

        fn body(&self) -> Option<Cow<'_, Value>> {
            (**self).body()
        }
    };
    (set) => {
        passed_on!();

        fn set_model(&mut self, model: &str) -> bool {
            (**self).set_model(model)
        }

        fn set_temperature(&mut self, temperature: f64) -> bool {
            (**self).set_temperature(temperature)
        }

        fn set_seed(&mut self, seed: i64) -> bool {
            (**self).set_seed(seed)
        }
    };
}

impl<T: InferenceRequest + ?Sized> InferenceRequest for &T {
    passed_on!();
}

impl<T: InferenceRequest + ?Sized> InferenceRequest for std::sync::Arc<T> {
    passed_on!();
}

impl<T: InferenceRequest + ?Sized> InferenceRequest for &mut T {
    passed_on!(set);
}

impl<T: InferenceRequest + ?Sized> InferenceRequest for Box<T> {
    passed_on!(set);
}
