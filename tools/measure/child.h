/* Runs another program, within bounds of time and output, and takes what it prints. */
#ifndef SIFT_MEASURE_CHILD_H
#define SIFT_MEASURE_CHILD_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/status.h"

enum { SIFT_CHILD_ERROR_BYTES = 256 };

struct sift_child_config {
  const char *program;     /* looked for along PATH where it holds no slash */
  const char *const *argv; /* argv[0] first, NULL at the end */
  size_t out_bytes_max;
  double seconds_max; /* by the wall; it is killed then */
};

struct sift_child_result {
  char *out; /* standard output, out_len bytes; released by sift_child_release() */
  size_t out_len;
  char complaint[SIFT_CHILD_ERROR_BYTES]; /* the first line of standard error, as bytes from outside */
  int start_error;                        /* errno where it could not be started, else 0 */
  int exit_status, signal;                /* signal 0 where it ended by itself */
  bool late, too_much;                    /* it was killed: for the time, for its output */
};

/* Standard input is empty, standard error is taken too. SIFT_EIO where the system refused pipes (errno), SIFT_ENOMEM: nothing is
 * left to release then. All else is SIFT_OK and stands in *out. Not for use beside other threads that wait for children. */
enum sift_status sift_child_run(struct sift_child_result *out, const struct sift_child_config *config);
void sift_child_release(struct sift_child_result *result);

/* Whether it ended well. */
bool sift_child_good(const struct sift_child_result *result);

#endif
