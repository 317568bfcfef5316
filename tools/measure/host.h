/* What was measured on: machine, libraries, build, time. */
#ifndef SIFT_MEASURE_HOST_H
#define SIFT_MEASURE_HOST_H

#include <stdbool.h>

struct sift_host {
  char name[65];
  char cpu[128];      /* model, or "unknown" */
  unsigned cores;     /* that this process may use */
  unsigned cpus;      /* that the machine has on line */
  double mhz;         /* as the system tells it just now; 0: it does not */
  char governor[32];  /* of the first core's frequency; "" where it is not told */
  double load[3];     /* average of 1, 5, 15 minutes */
  char date[40];      /* RFC 3339, local time */
  char platform[128]; /* instruction set that Hyperscan uses */
  char hyperscan[64], pcre[64], zstd[32];
  const char *compiler, *build, *version; /* of this program */
};

/* What cannot be learned is left empty. */
void sift_host_read(struct sift_host *host);

/* Whether assertions or sanitizers make the program slow on purpose, so that figures say little. */
bool sift_host_slow_build(void);

#endif
