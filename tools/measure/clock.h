/* CPU time, by which all is measured here: other load on the machine matters least to it. */
#ifndef SIFT_MEASURE_CLOCK_H
#define SIFT_MEASURE_CLOCK_H

/* Seconds of CPU that this process has used, all its threads together. */
double sift_clock_cpu(void);

/* Seconds on the wall, from an arbitrary begin. */
double sift_clock_wall(void);

#endif
