//! The one figure that stands for several.

/// Sorts the values; the one in their middle.
pub(crate) fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
