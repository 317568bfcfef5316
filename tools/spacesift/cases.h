/* Labelled cases: the log excerpts of a Space a line of a JSON Lines file, and the verdict that they should get. */
#ifndef SIFT_TOOLS_CASES_H
#define SIFT_TOOLS_CASES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "engine/span.h"
#include "engine/status.h"

enum {
  SIFT_CASE_BYTES_MAX = 4 * 1024 * 1024, /* a line of the file */
  SIFT_CASE_ERROR_BYTES = 320,
};

enum { SIFT_CASE_LOGS_MAX = 3 };

/* What one log of the Space holds. */
struct sift_case_log {
  const char *channel;   /* "build", "run", "platform" or "-" */
  struct sift_span text; /* decoded */
};

/* Borrowed from the reader until its next call. */
struct sift_case {
  struct sift_span id; /* or "" */
  const char *kind;    /* "build", "container", "platform" or "unknown"; "logs" where it names several */
  struct sift_case_log logs[SIFT_CASE_LOGS_MAX];
  size_t log_count;       /* at least 1 */
  struct sift_span label; /* the verdict that it should get */
  bool ambiguous;         /* the lines do not settle the label: not scored */
  uint64_t line;          /* of the file, from 1 */
};

/* One file at a time; one thread. */
struct sift_cases;
enum sift_status sift_cases_new(struct sift_cases **out);
void sift_cases_free(struct sift_cases *cases);

/* `file` is borrowed until the next begin. */
void sift_cases_begin(struct sift_cases *cases, FILE *file);

/* The next case; empty lines are passed over. SIFT_END after the last; SIFT_EFORMAT where a line is no case, SIFT_EIO where
 * the file cannot be read: sift_cases_line() and sift_cases_error() say where and why. */
enum sift_status sift_cases_next(struct sift_cases *cases, struct sift_case *out);
uint64_t sift_cases_line(const struct sift_cases *cases);
const char *sift_cases_error(const struct sift_cases *cases);

#endif
