//! An agent that fails without anybody noticing: it calls five tools, gets a malformed answer on the
//! third, recovers with an invented value, and gives a confident wrong answer. It exits with 0 and
//! its log says "success".
//!
//! # What is wrong
//!
//! The exchange rate service answers `{"rate": "1,O842", "as_of": null}`: a comma for the point, the
//! letter O for a zero, no date. The agent cannot read that and goes on with a rate of 1.0, so the
//! customer gets 431.00 EUR for 431.00 USD. At 1.0842 dollars a euro it should be 397.53 EUR.
//!
//! # What to look for in the tree
//!
//! - Every outcome is `ok` and nothing is warned of: a dashboard of errors shows nothing.
//! - At step 3, after `exchange_rate`, the memory says "rate assumed: 1.0", though no tool had
//!   returned one, and the belief says that euro and dollar are worth the same.
//! - At step 4 money is sent, for a reason that takes the amount for granted.
//!
//! Nothing here reports the mistake. That is the point: the code does not know that it made one.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the terminal"
)]

use std::error::Error;

use agentscope::{Classify, Session, agent, because, internal, tool};

/// Why a tool of the refund desk gave no result.
#[derive(Debug, thiserror::Error, Classify)]
enum DeskError {
    #[error("there is no booking {reference}")]
    NoBooking {
        #[sensitivity(internal)]
        reference: String,
    },
}

#[derive(serde::Serialize, Classify)]
struct Booking {
    #[sensitivity(internal)]
    reference: &'static str,
    #[sensitivity(pii, kind = "email")]
    passenger: &'static str,
    #[sensitivity(internal)]
    paid_usd: f64,
}

#[derive(serde::Serialize, Classify)]
#[sensitivity(default = internal)]
struct FareRules {
    refundable: bool,
    fee_usd: f64,
}

#[derive(serde::Serialize, Classify)]
struct PaymentMethod {
    #[sensitivity(internal)]
    currency: &'static str,
    #[sensitivity(confidential)]
    card_ends_in: &'static str,
}

/// Look up a booking.
#[tool(effect = read)]
fn lookup_booking(#[sensitivity(internal)] reference: &str) -> Result<Booking, DeskError> {
    match reference {
        "QX7T2M" => Ok(Booking {
            reference: "QX7T2M",
            passenger: "dana@example.com",
            paid_usd: 431.0,
        }),
        _ => Err(DeskError::NoBooking {
            reference: reference.to_owned(),
        }),
    }
}

/// Look up whether a fare can be refunded.
#[tool(effect = read)]
fn fare_rules(booking: &Booking) -> Result<FareRules, DeskError> {
    let _ = booking;
    Ok(FareRules {
        refundable: true,
        fee_usd: 0.0,
    })
}

/// Get today's exchange rate, in units of the second currency for one of the first, as the body of
/// the service's answer.
#[tool(effect = read, output = internal)]
fn exchange_rate(
    #[sensitivity(public)] from: &str,
    #[sensitivity(public)] to: &str,
) -> Result<String, DeskError> {
    let _ = (from, to);
    Ok(r#"{"rate": "1,O842", "as_of": null}"#.to_owned())
}

/// Look up how a booking was paid.
#[tool(effect = read)]
fn payment_method(booking: &Booking) -> Result<PaymentMethod, DeskError> {
    let _ = booking;
    Ok(PaymentMethod {
        currency: "EUR",
        card_ends_in: "4021",
    })
}

/// Send money back to the customer.
#[tool(effect = write, output = internal)]
fn issue_refund(
    booking: &Booking,
    #[sensitivity(internal)] amount: f64,
    #[sensitivity(public)] currency: &str,
) -> Result<String, DeskError> {
    let _ = (amount, currency);
    Ok(format!("refund-for-{}", booking.reference))
}

/// Refunds a booking in the currency that it was paid in.
#[agent(mode = "plan_and_execute", output = confidential)]
fn refund_assistant(#[sensitivity(internal)] reference: &str) -> Result<String, DeskError> {
    agentscope::goal("refund the booking in the currency it was paid in");
    agentscope::memory("refund asked for; booking not looked up yet");
    let booking = because("the amount paid is in the booking", || {
        lookup_booking(reference)
    })?;
    log("booking found");

    agentscope::memory(internal(format!("paid: {:.2} USD", booking.paid_usd)));
    let rules = because("not every fare can be refunded", || fare_rules(&booking))?;
    if !rules.refundable {
        return Ok("This fare cannot be refunded.".to_owned());
    }
    let amount = booking.paid_usd - rules.fee_usd;
    log("fare is refundable");

    agentscope::memory(internal(format!(
        "to refund: {amount:.2} USD; rate not known yet"
    )));
    let body = because("the refund is paid in euro, the fare was in dollar", || {
        exchange_rate("EUR", "USD")
    })?;
    // The mistake: what cannot be read becomes a number that looks as if it had been read.
    let rate = parse_rate(&body).unwrap_or(1.0);
    log("exchange rate fetched");

    agentscope::memory(internal(format!(
        "to refund: {amount:.2} USD; rate assumed: {rate:.1}"
    )));
    agentscope::belief(internal(format!("a euro is worth {rate:.1} dollar today")));
    let method = because("the refund goes back the way the payment came", || {
        payment_method(&booking)
    })?;
    log("payment method found");

    let amount = amount / rate;
    agentscope::memory(internal(format!(
        "to refund: {amount:.2} {}",
        method.currency
    )));
    because("the amount is known and the fare is refundable", || {
        issue_refund(&booking, amount, method.currency)
    })?;
    log("refund issued");
    Ok(format!(
        "Good news! We have refunded {amount:.2} {} to your card.",
        method.currency
    ))
}

fn parse_rate(body: &str) -> Option<f64> {
    let body: serde_json::Value = serde_json::from_str(body).ok()?;
    body["rate"].as_str()?.parse().ok()
}

/// The agent's own log, as many agents have one.
fn log(message: &str) {
    eprintln!("INFO refund_assistant: {message}");
}

fn main() -> Result<(), Box<dyn Error>> {
    let _guard = agentscope_collector::init()?;
    // The tree is printed when its session ends. Without this one that would be with the agent, and
    // whether the answer stands before or after the tree would be chance.
    Session::builder().name("refund").run_sync(|| {
        let answer = refund_assistant("QX7T2M")?;
        log("success");
        println!("{answer}\n");
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_tools_take_the_arguments_they_took() {
        agentscope::testing::assert_lock();
    }

    #[test]
    fn nothing_is_shown_that_was_not_before() {
        agentscope::testing::assert_inventory();
    }
}
