//! Tail probabilities, and the correction for trying many of them.

use statrs::function::beta::beta_reg;
use statrs::function::erf::erfc;
use statrs::function::factorial::ln_binomial;

/// Probability of at least `k` successes in `n` trials that succeed with probability `p` each.
pub fn binomial_at_least(k: u64, n: u64, p: f64) -> f64 {
    if k == 0 {
        return 1.0;
    }
    if k > n || p <= 0.0 {
        return 0.0;
    }
    if p >= 1.0 {
        return 1.0;
    }
    beta_reg(k as f64, (n - k) as f64 + 1.0, p)
}

/// Probability of at least `k` marked ones among `drawn` of `all`, of which `marked` are marked: the upper
/// tail of the hypergeometric distribution, which is Fisher's exact test, one-sided.
pub fn hypergeometric_at_least(k: u64, all: u64, marked: u64, drawn: u64) -> f64 {
    /// Terms smaller than this part of the sum end it.
    const NEGLIGIBLE: f64 = 1e-12;
    let least = (marked + drawn).saturating_sub(all);
    let most = marked.min(drawn);
    if k <= least {
        return 1.0;
    }
    if k > most {
        return 0.0;
    }
    let expected = marked as f64 * drawn as f64 / all as f64;
    if (k as f64) <= expected {
        // Nothing that is asked here needs the exact value.
        return 1.0;
    }
    let first =
        ln_binomial(marked, k) + ln_binomial(all - marked, drawn - k) - ln_binomial(all, drawn);
    let (mut term, mut sum) = (1.0_f64, 1.0_f64);
    for k in k..most {
        // Ratio of the probabilities of k + 1 and k.
        let up = (marked - k) as f64 * (drawn - k) as f64;
        let down = (k + 1) as f64 * ((all + k + 1) - marked - drawn) as f64;
        term *= up / down;
        sum += term;
        if term < NEGLIGIBLE * sum {
            break;
        }
    }
    (first.exp() * sum).min(1.0)
}

/// Mean and variance of the number of marked ones among `drawn` of `all`, of which `marked` are marked. Summed over
/// jobs, they are what the test of Mantel and Haenszel compares with.
pub fn hypergeometric_moments(all: u64, marked: u64, drawn: u64) -> (f64, f64) {
    let [all, marked, drawn] = [all, marked, drawn].map(|count| count as f64);
    let variance = drawn * (all - drawn) * marked * (all - marked);
    (
        drawn * marked / all.max(1.0),
        variance / (all * all * (all - 1.0)).max(1.0),
    )
}

/// Mean and variance of the rank sum of `count` of `all` values (Wilcoxon). Equal values share their ranks; `ties` is
/// the sum of t³ - t over each t equal values.
pub fn rank_sum_moments(count: u64, all: u64, ties: f64) -> (f64, f64) {
    let [count, all] = [count, all].map(|count| count as f64);
    let tied = ties / (all * (all - 1.0)).max(1.0);
    (
        count * (all + 1.0) / 2.0,
        count * (all - count) / 12.0 * (all + 1.0 - tied),
    )
}

/// Probability that a standard normal value is at least `z`.
pub fn normal_at_least(z: f64) -> f64 {
    erfc(z / std::f64::consts::SQRT_2) / 2.0
}

/// The places of the probabilities that are significant at `level` by Holm's step-down procedure, when
/// `tried` hypotheses were tried in all; least probability first.
///
/// Source: S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of
/// Statistics 6 (1979).
pub fn holm(probabilities: &[f64], tried: usize, level: f64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..probabilities.len()).collect();
    order.sort_by(|a, b| {
        probabilities[*a]
            .total_cmp(&probabilities[*b])
            .then(a.cmp(b))
    });
    let rejected = order.iter().enumerate().take_while(|(rank, at)| {
        let left = tried.max(probabilities.len()) - rank;
        probabilities[**at] * (left as f64) < level
    });
    let count = rejected.count();
    order.truncate(count);
    order
}

/// Standard score of the rank sum of the first of two samples (Mann–Whitney), positive if its values are
/// larger; ties share their ranks, and their number corrects the variance. Absent if a sample is empty, or
/// all values are equal.
///
/// Source: H. B. Mann and D. R. Whitney, "On a test of whether one of two random variables is
/// stochastically larger than the other", Annals of Mathematical Statistics 18 (1947).
pub fn rank_score(a: &[i64], b: &[i64]) -> Option<f64> {
    let mut all: Vec<(i64, bool)> = Vec::with_capacity(a.len() + b.len());
    all.extend(a.iter().map(|value| (*value, true)));
    all.extend(b.iter().map(|value| (*value, false)));
    all.sort_unstable();
    let (mut rank_sum, mut ties) = (0.0, 0.0);
    let mut before = 0;
    for equal in all.chunk_by(|x, y| x.0 == y.0) {
        let count = equal.len() as f64;
        let rank = before as f64 + (count + 1.0) / 2.0;
        rank_sum += rank * equal.iter().filter(|(_, is_a)| *is_a).count() as f64;
        ties += count * count * count - count;
        before += equal.len();
    }
    let (expected, variance) = rank_sum_moments(a.len() as u64, all.len() as u64, ties);
    (variance > 0.0).then(|| (rank_sum - expected) / variance.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(ours: f64, theirs: f64) {
        assert!((ours / theirs - 1.0).abs() < 1e-8, "{ours} is not {theirs}");
    }

    /// Sums of exact fractions, as Python's `fractions` gives them.
    #[test]
    fn tails_agree_with_exact_sums() {
        near(binomial_at_least(3, 10, 0.1), 0.070_190_826_4);
        near(binomial_at_least(5, 5, 0.02), 3.2e-9);
        near(
            hypergeometric_at_least(4, 20, 5, 8),
            0.057_791_537_667_698_66,
        );
        near(
            hypergeometric_at_least(5, 20, 5, 8),
            0.003_611_971_104_231_165,
        );
        near(normal_at_least(1.959_963_984_540_054), 0.025);
    }

    /// `binom.sf(k - 1, n, p)`, `hypergeom.sf(k - 1, all, marked, drawn)` and `norm.sf(z)` of `scipy.stats`;
    /// `fisher_exact([[8, 2], [1, 5]], alternative="greater")`.
    #[test]
    fn tails_agree_with_scipy() {
        near(binomial_at_least(12, 40, 0.1), 0.000_380_834_266_736_342_85);
        near(binomial_at_least(30, 1_000, 0.02), 0.020_696_518_673_239_49);
        near(binomial_at_least(24, 30, 0.5), 0.000_715_453_177_690_506_1);
        near(
            binomial_at_least(200, 2_000, 0.08),
            0.000_800_276_479_836_615,
        );
        near(
            hypergeometric_at_least(7, 400, 20, 45),
            0.003_598_333_714_411_314,
        );
        near(
            hypergeometric_at_least(31, 2_000, 71, 120),
            4.959_518_214_217_982e-21,
        );
        near(
            hypergeometric_at_least(60, 50_000, 1_000, 1_500),
            4.229_789_005_778_749e-7,
        );
        near(
            hypergeometric_at_least(8, 16, 9, 10),
            0.024_475_524_475_524_483,
        );
        for (z, theirs) in [
            (2.81, 0.002_477_074_998_785_861),
            (6.0, 9.865_876_450_376_946e-10),
        ] {
            near(normal_at_least(z), theirs);
        }
    }

    /// `mantelhaen.test(UCBAdmissions)` of R: M² = 1.4269 for admitted and rejected men and women of six departments.
    #[test]
    fn moments_over_tables_are_those_of_mantel_and_haenszel() {
        let departments = [
            [512, 313, 89, 19],
            [353, 207, 17, 8],
            [120, 205, 202, 391],
            [138, 279, 131, 244],
            [53, 138, 94, 299],
            [22, 351, 24, 317],
        ];
        let (mut observed, mut expected, mut variance) = (0.0, 0.0, 0.0);
        for [men, men_rejected, women, women_rejected] in departments {
            let all = men + men_rejected + women + women_rejected;
            let moments = hypergeometric_moments(all, men + women, men + men_rejected);
            observed += men as f64;
            expected += moments.0;
            variance += moments.1;
        }
        let score: f64 = (f64::abs(observed - expected) - 0.5) / variance.sqrt();
        near(score * score, 1.426_946_228_586_671_2);
        let (mean, variance) = hypergeometric_moments(400, 20, 45);
        near(mean, 2.25);
        near(variance, 1.901_785_714_285_714_3);
        assert_eq!(hypergeometric_moments(0, 0, 0), (0.0, 0.0));
    }

    /// The score of `mannwhitneyu(a, b, method="asymptotic", use_continuity=False)` of `scipy.stats`, with five ties.
    #[test]
    fn rank_scores_agree_with_scipy() {
        let a = [31, 36, 33, 40, 52, 29, 47, 61, 38, 44];
        let b = [30, 28, 35, 33, 25, 27, 41, 30, 26, 32, 29, 34];
        near(
            rank_score(&a, &b).expect("a score"),
            2.705_752_628_210_471_6,
        );
    }

    #[test]
    fn tails_have_their_ends() {
        assert_eq!(binomial_at_least(0, 5, 0.5), 1.0);
        assert_eq!(binomial_at_least(6, 5, 0.5), 0.0);
        assert_eq!(hypergeometric_at_least(0, 10, 5, 5), 1.0);
        assert_eq!(hypergeometric_at_least(6, 10, 5, 5), 0.0);
        assert!(hypergeometric_at_least(900, 1_000_000, 1_000, 1_000) < 1e-300);
    }

    #[test]
    fn holm_stops_at_the_first_that_is_not_significant() {
        assert_eq!(holm(&[0.04, 0.001, 0.003], 3, 0.01), [1, 2]);
        assert_eq!(holm(&[0.04, 0.001, 0.003], 20, 0.01), [0; 0]);
        assert_eq!(holm(&[], 0, 0.01), [0; 0]);
    }

    /// `p.adjust(p, "holm")` of R gives 0.08, 0.033, 0.02 and 0.9: each is rejected at any higher level.
    #[test]
    fn holm_agrees_with_adjusted_probabilities() {
        let p = [0.04, 0.011, 0.005, 0.9];
        assert_eq!(holm(&p, 4, 0.019), [0; 0]);
        assert_eq!(holm(&p, 4, 0.021), [2]);
        assert_eq!(holm(&p, 4, 0.032), [2]);
        assert_eq!(holm(&p, 4, 0.034), [2, 1]);
        assert_eq!(holm(&p, 4, 0.079), [2, 1]);
        assert_eq!(holm(&p, 4, 0.081), [2, 1, 0]);
    }

    /// Worked by hand: the ranks of the first sample are 1, 2.5 and 5; their sum is 8.5, 10.5 are expected.
    #[test]
    fn equal_values_share_their_ranks() {
        let score = rank_score(&[1, 2, 4], &[2, 3, 5]).expect("a score");
        let variance: f64 = 9.0 / 12.0 * (7.0 - 6.0 / 30.0);
        near(score, -2.0 / variance.sqrt());
        assert_eq!(rank_score(&[1, 1], &[1]), None);
        assert_eq!(rank_score(&[], &[1]), None);
    }
}
