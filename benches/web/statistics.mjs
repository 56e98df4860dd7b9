// Numbers about many times.

/** {n, median, p10, p90, fastest} of milliseconds; each as measured, none rounded. */
export function summary(times) {
  const sorted = [...times].sort((a, b) => a - b);
  const quantile = (share) => {
    const at = (sorted.length - 1) * share,
      low = Math.floor(at),
      high = Math.min(low + 1, sorted.length - 1);
    return sorted[low] + (sorted[high] - sorted[low]) * (at - low);
  };
  return { n: sorted.length, median: quantile(0.5), p10: quantile(0.1), p90: quantile(0.9), fastest: sorted[0] };
}

export const median = (numbers) => summary(numbers).median;
