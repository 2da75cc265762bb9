//! Charges what a recorded call uses to its agent, those above it and the session, and says so where
//! that is too much.

use opentelemetry::KeyValue;

use crate::inference::usage::Usage;
use crate::ledger::News;
use crate::limits::Kind;
use crate::model;
use crate::names;
use crate::privacy::redacted::{Redacted, attribute};
use crate::recording::Recording;

impl Recording {
    /// Counts a model call that begins, or refuses it.
    pub(crate) fn admit(&mut self) {
        let ledger = self.frame.ledger();
        let refusal = match self.site.enforces_budget {
            true => ledger.check().err(),
            false => None,
        };
        let news = match refusal {
            Some(refusal) => {
                self.refused = Some(Box::new(refusal.exhausted));
                refusal.news.into_iter().collect()
            }
            None => ledger.iterate(),
        };
        self.tell(&news);
    }

    /// Sums up what a model call has used; what is to be said of that is for after its end.
    /// `answered` is the model that answered, which is often more precise than the one that was asked.
    pub(crate) fn charge(
        &self,
        usage: &Usage,
        answered: Option<&str>,
        attributes: &mut Vec<KeyValue>,
    ) -> Vec<News> {
        let asked = self.model.as_ref().map(Redacted::as_str);
        let model = answered.or(asked);
        let cost = model.and_then(|model| model::cost(model, usage));
        attributes.extend(cost.map(|cost| attribute(names::COST, cost.usd())));
        self.for_each_totals(|totals| {
            totals.add_usage(usage);
            if let Some(cost) = cost {
                totals.add_cost(cost);
            }
        });
        self.frame.ledger().spend(usage.total(), cost)
    }

    /// A tool uses nothing but time.
    #[inline]
    pub(crate) fn look_at_clock(&mut self) {
        let ledger = self.frame.ledger();
        if ledger.limits(Kind::Time) {
            let news = ledger.look_at_clock();
            self.tell(&news);
        }
    }

    #[inline]
    pub(crate) fn tell(&mut self, news: &[News]) {
        if !news.is_empty() {
            self.tell_at_once(news);
        }
    }

    #[cold]
    fn tell_at_once(&mut self, news: &[News]) {
        let worst = self.moment().budget(news);
        self.worst = self.worst.max(worst);
    }
}
