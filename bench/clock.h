/* CPU time and medians for comparisons within one run. */
#ifndef SIFT_BENCH_CLOCK_H
#define SIFT_BENCH_CLOCK_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Seconds of CPU that this process has used, all threads together. */
double bench_cpu_seconds(void);

/* Seconds on the wall. */
double bench_wall_seconds(void);

/* Sorts `values` and returns the middle one. */
double bench_median(double *values, size_t count);

#ifdef __cplusplus
}
#endif
#endif
