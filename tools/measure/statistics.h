/* Medians, spreads and ratios with their confidence intervals; pure numbers. */
#ifndef SIFT_MEASURE_STATISTICS_H
#define SIFT_MEASURE_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>

enum { SIFT_VALUES_MAX = 256 };

/* The middle value, or the mean of the two middle ones; 0 where there is none. At most SIFT_VALUES_MAX count. */
double sift_median(const double *values, size_t count);

/* Half of the distance between the quartiles, as a share of the median: how far a single run may be off. 0 below two values. */
double sift_spread(const double *values, size_t count);

/* How many times as much, and between which bounds the truth is with 95 %. */
struct sift_ratio {
  double value, low, high;
  size_t pairs;
};

/* The ratio of `over` to `under`, of which the values with one index were measured next to each other: the geometric mean of the
 * ratios of pairs, and Student's t over their logarithms. With one pair alone the bounds are 0 and infinity. All values
 * above 0; pairs in which one is not are passed over. Without pairs the ratio is 1, within those bounds. */
struct sift_ratio sift_ratio_of(const double *over, const double *under, size_t count);

/* Whether 1 lies outside the bounds: the difference is more than noise. */
bool sift_ratio_tells(const struct sift_ratio *ratio);

/* Two-sided 95 % quantile of Student's t. `freedom` at least 1. */
double sift_student(size_t freedom);

#endif
