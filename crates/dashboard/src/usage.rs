//! A report of what customers have used, as one file that loads nothing, in light and dark, on paper too.

use leasehold_core::count;
use maud::html;

use crate::report::report;

/// What one customer has used.
#[derive(Clone, Debug)]
pub struct CustomerUsage {
    /// The customer; `None` where the product key names none, or the vendor does not know the host.
    pub customer: Option<String>,
    /// The hosts whose journals were read.
    pub hosts: Vec<String>,
    /// Month by month.
    pub months: Vec<MonthUsage>,
}

/// What a family has come to in one month.
#[derive(Clone, Debug)]
pub struct MonthUsage {
    /// As `2027-01`.
    pub month: String,
    /// The family.
    pub family: String,
    /// Distinct clients that were granted a lease.
    pub clients: u64,
    /// Leases that were granted.
    pub leases: u64,
    /// Refusals.
    pub refusals: u64,
    /// The most leases at once.
    pub peak: u64,
}

/// The report of `vendor`, made at `made`.
#[must_use]
pub fn usage_report(vendor: &str, made: &str, customers: &[CustomerUsage]) -> String {
    let hosts = customers.iter().map(|customer| customer.hosts.len()).sum::<usize>();
    let title = format!("Usage of {vendor}'s products");
    let body = html! {
        h1 { (title) }
        p { "As of " (made) ", from the sealed journals of " (count(hosts, "host", "hosts")) ", each verified. Months are those of UTC." }
        @for customer in customers { (customer_section(customer)) }
        p.note { "Clients are distinct machines that were granted a lease in the month, leases include renewals, and the peak is the most leases that ran at once." }
    };
    report(&title, STYLE, &body)
}

fn customer_section(customer: &CustomerUsage) -> maud::Markup {
    html! {
        section {
            h2 { (customer.customer.as_deref().unwrap_or("Customer not named")) }
            p.hosts { @for host in &customer.hosts { code { (host) } " " } }
            div.scroll tabindex="0" role="region" aria-label={ "Usage of " (customer.customer.as_deref().unwrap_or("a customer not named")) } {
                table {
                    thead { tr {
                        @for head in ["Month", "Family"] { th scope="col" { (head) } }
                        @for head in ["Clients", "Leases", "Refusals", "Peak"] { th.number scope="col" { (head) } }
                    } }
                    tbody {
                        @for month in &customer.months {
                            tr {
                                th scope="row" { (month.month) }
                                td { (month.family) }
                                @for number in [month.clients, month.leases, month.refusals, month.peak] { td.number { (number) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

const STYLE: &str = "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem}\
table{border-collapse:collapse;width:100%}th,td{padding:.3rem .6rem;border-bottom:1px solid #8886;text-align:left;white-space:nowrap}\
.number{text-align:right;font-variant-numeric:tabular-nums}.scroll{overflow-x:auto}code{font-size:.85em;overflow-wrap:anywhere}\
.note,.hosts{opacity:.8}@media print{section{break-inside:avoid}}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_names_every_customer_with_its_months_and_no_name_becomes_markup() {
        let month = |month: &str, family: &str| MonthUsage {
            month: month.to_owned(),
            family: family.to_owned(),
            clients: 7,
            leases: 31,
            refusals: 4,
            peak: 6,
        };
        let customers = [
            CustomerUsage {
                customer: Some("<b>Example & Sons</b>".to_owned()),
                hosts: vec!["a1".to_owned(), "b2".to_owned()],
                months: vec![month("2027-01", "acme"), month("2027-02", "acme")],
            },
            CustomerUsage { customer: None, hosts: vec!["c3".to_owned()], months: vec![month("2027-02", "sim")] },
        ];
        let page = usage_report("Acme", "2027-03-01", &customers);
        for text in ["&lt;b&gt;Example &amp; Sons&lt;/b&gt;", "Customer not named", "2027-02", ">31<", "of 3 hosts"] {
            assert!(page.contains(text), "{text}");
        }
        assert!(!page.contains("<b>") && !page.contains("<script") && !page.contains("://"));
    }
}
