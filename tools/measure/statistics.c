#include "tools/measure/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a;
  double y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Sorted copies; returns how many. */
static size_t sorted(double *out, const double *values, size_t count) {
  count = count < SIFT_VALUES_MAX ? count : SIFT_VALUES_MAX;
  if (count > 0) {
    memcpy(out, values, count * sizeof *out);
    qsort(out, count, sizeof *out, by_value);
  }
  return count;
}

/* Between the values next to the place, in proportion. */
static double quantile(const double *ordered, size_t count, double share) {
  double place = share * (double)(count - 1);
  size_t below = (size_t)place;
  size_t above = below + 1 < count ? below + 1 : below;
  return ordered[below] + (place - (double)below) * (ordered[above] - ordered[below]);
}

double sift_median(const double *values, size_t count) {
  double ordered[SIFT_VALUES_MAX];
  count = sorted(ordered, values, count);
  return count > 0 ? quantile(ordered, count, 0.5) : 0;
}

double sift_spread(const double *values, size_t count) {
  double ordered[SIFT_VALUES_MAX];
  count = sorted(ordered, values, count);
  if (count < 2) {
    return 0;
  }
  double median = quantile(ordered, count, 0.5);
  return median > 0 ? (quantile(ordered, count, 0.75) - quantile(ordered, count, 0.25)) / 2 / median : 0;
}

double sift_student(size_t freedom) {
  static const double quantiles[] = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
                                     2.201,  2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
                                     2.080,  2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042};
  enum { KNOWN = sizeof quantiles / sizeof quantiles[0] };
  if (freedom <= KNOWN) {
    return quantiles[freedom > 0 ? freedom - 1 : 0];
  }
  return 1.960 + 2.42 / (double)freedom; /* within 0.002 of the table beyond 30 */
}

struct sift_ratio sift_ratio_of(const double *over, const double *under, size_t count) {
  double logs[SIFT_VALUES_MAX];
  double sum = 0;
  size_t pairs = 0;
  for (size_t i = 0; i < count && pairs < SIFT_VALUES_MAX; i++) {
    if (over[i] > 0 && under[i] > 0) {
      logs[pairs] = log(over[i] / under[i]);
      sum += logs[pairs++];
    }
  }
  if (pairs < 2) {
    return (struct sift_ratio){exp(sum), 0, INFINITY, pairs};
  }
  double mean = sum / (double)pairs;
  double squares = 0;
  for (size_t i = 0; i < pairs; i++) {
    squares += (logs[i] - mean) * (logs[i] - mean);
  }
  double half = sift_student(pairs - 1) * sqrt(squares / (double)(pairs - 1) / (double)pairs);
  return (struct sift_ratio){exp(mean), exp(mean - half), exp(mean + half), pairs};
}

bool sift_ratio_tells(const struct sift_ratio *ratio) {
  return ratio->low > 1 || ratio->high < 1;
}
