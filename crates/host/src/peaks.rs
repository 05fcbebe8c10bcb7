//! The most live leases that each family had at once, remembered in the host's folder.

use std::collections::BTreeMap;

use crate::Error;
use crate::activation::Home;
use crate::files::PEAKS;
use crate::report::Peaks;

impl Home {
    /// The peaks that are remembered; none where they cannot be read, since they only add to a report.
    pub fn peaks(&self) -> Peaks {
        let bytes = self.read(PEAKS).ok().flatten().unwrap_or_default();
        let kept: BTreeMap<String, u64> = serde_json::from_slice(&bytes).unwrap_or_default();
        kept.into_iter().filter_map(|(family, peak)| Some((family.parse().ok()?, peak))).collect()
    }

    /// Remembers the peaks.
    pub(crate) fn keep_peaks(&self, peaks: &Peaks) -> Result<(), Error> {
        let kept: BTreeMap<&str, u64> = peaks.iter().map(|(family, peak)| (family.as_str(), *peak)).collect();
        let bytes = serde_json::to_vec_pretty(&kept).expect("texts and numbers are JSON");
        self.replace(PEAKS, &bytes)
    }
}
