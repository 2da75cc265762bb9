//! What a model is asked, found on the arguments of an inference.

use std::borrow::Cow;

use opentelemetry::KeyValue;

use crate::capture::Capture;
use crate::limits::to_signed;
use crate::model::InferenceRequest;
use crate::names;
use crate::policy;
use crate::privacy::class::{Class, Sensitivity, Treatment};
use crate::privacy::content::{self, Conversation, Manner};
use crate::privacy::redacted::{Labels, Recordable};
use crate::privacy::text;
use crate::probe::{Argued, Probe};
use crate::site::Layer;

/// Finds out whether an argument is a request, whose parameters are recorded right after the argument
/// itself; asked of `Probe`, and of a reference to it.
pub trait Request<'a> {
    fn __request(self, argued: Argued<'a>) -> Argued<'a>;
}

impl<'a, T: InferenceRequest> Request<'a> for Probe<'a, T> {
    fn __request(self, mut argued: Argued<'a>) -> Argued<'a> {
        argued.request = Some(self.0);
        argued
    }
}

impl<'a, T> Request<'a> for &Probe<'a, T> {
    fn __request(self, argued: Argued<'a>) -> Argued<'a> {
        argued
    }
}

impl Capture {
    /// The attribute's own options win, for they are said of this function.
    pub(crate) fn request(&mut self, index: usize, request: &dyn InferenceRequest) {
        self.converse(index, request);
        let said = self.attributes.len();
        self.parameters(request);
        // Free text, as sensitive as the request that it is in.
        if self.values.class <= Class::Internal
            && policy::treatment(&self.together(index)) == Treatment::Keep
        {
            let stops = labels(request.stop_sequences());
            self.unless_said(said, names::REQUEST_STOP_SEQUENCES, stops);
        }
    }

    /// What holds of the argument, which was written last, as a whole.
    fn together(&self, index: usize) -> Sensitivity {
        self.values
            .together(self.site.meta.param(index).sensitivity)
    }

    /// The same of a request of which nothing else is told.
    pub(crate) fn parameters(&mut self, request: &dyn InferenceRequest) {
        let said = self.attributes.len();
        if self.model.is_none() {
            self.model = request.model().map(|model| text::name(&model));
        }
        self.unless_said(said, names::REQUEST_TEMPERATURE, request.temperature());
        self.unless_said(said, names::REQUEST_TOP_P, request.top_p());
        self.unless_said(said, names::REQUEST_SEED, request.seed());
        self.unless_said(
            said,
            names::REQUEST_MAX_TOKENS,
            request.max_tokens().map(to_signed),
        );
        // The conventions want it of streams only.
        let stream = request.stream().filter(|stream| *stream);
        self.unless_said(said, names::REQUEST_STREAM, stream);
        self.unless_said(said, names::REQUEST_TOOLS, labels(request.tools()));
    }

    fn converse(&mut self, index: usize, request: &dyn InferenceRequest) {
        let is_wanted = self.site.meta.layer == Layer::Inference && content::capture().is_wanted();
        if !is_wanted || self.options_only || self.conversation.is_some() {
            return;
        }
        let said = self.together(index);
        let hasher = &self.values.hasher;
        let body = request.body();
        self.conversation = body.and_then(|body| Conversation::of(&body, &Manner { said, hasher }));
    }

    /// `said` are the attributes that were there before the request was looked at.
    fn unless_said(&mut self, said: usize, key: &'static str, value: Option<impl Recordable>) {
        let is_it = |said: &KeyValue| said.key.as_str() == key;
        if value.is_some() && !self.attributes[..said].iter().any(is_it) {
            self.attribute(key, value);
        }
    }
}

fn labels(texts: Vec<Cow<'_, str>>) -> Option<Labels> {
    if texts.is_empty() {
        return None;
    }
    let labels = texts.iter().map(|text| text::name(text));
    Some(Labels(labels.collect()))
}
