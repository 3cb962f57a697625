//! Days, to tell how old an entry of the table is.

/// A limit that was read longer ago than this is worth reading again.
pub const STALE_AFTER_DAYS: i64 = 180;

/// A day, as the number of days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(pub i64);

impl Date {
    /// Reads `2026-09-24`, `2026-09` or `2026`. What is missing is taken as the first, the day that makes an entry
    /// oldest.
    pub fn parse(text: &str) -> Option<Date> {
        let mut parts = text.split('-').map(str::parse::<i64>);
        let year = parts.next()?.ok()?;
        let month = parts.next().unwrap_or(Ok(1)).ok()?;
        let day = parts.next().unwrap_or(Ok(1)).ok()?;
        let possible = (1..=12).contains(&month) && (1..=31).contains(&day);
        (possible && parts.next().is_none()).then(|| Date(days(year, month, day)))
    }

    /// Whether an entry of this date should have been read again by `today`.
    pub fn is_stale(self, today: Date) -> bool {
        today.0 - self.0 > STALE_AFTER_DAYS
    }
}

/// Days since 1970-01-01. Years begin in March, so that the leap day is their last; an era is the 400 years, 146,097
/// days, after which the calendar repeats.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    // 1970-01-01 is day 719,468 of this count, which begins with 0000-03-01.
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_days_since_1970() {
        let known = [
            ("1970-01-01", 0),
            ("1970", 0),
            ("2000-02-29", 11_016),
            ("2000-03-01", 11_017),
            ("2026-11-28", 20_785),
            ("2026-11", 20_758),
        ];
        for (text, days) in known {
            assert_eq!(Date::parse(text), Some(Date(days)), "{text}");
        }
        for text in [
            "",
            "AWS",
            "2026-13",
            "2026-00",
            "2026-01-32",
            "2026-01-01-01",
        ] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }

    #[test]
    fn an_entry_is_stale_after_180_days() {
        let today = Date(20_785);
        assert!(!Date(today.0 - 180).is_stale(today));
        assert!(Date(today.0 - 181).is_stale(today));
    }
}
