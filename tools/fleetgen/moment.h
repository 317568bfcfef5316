/* Times of day as log lines write them, and the cache that makes writing them cheap. */
#ifndef SIFT_FLEETGEN_MOMENT_H
#define SIFT_FLEETGEN_MOMENT_H

#include "tools/fleetgen/text.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sift_gen_time_form {
  SIFT_GEN_TIME,        /* 2025-03-16 18:46:14 */
  SIFT_GEN_TIME_COMMA,  /* 2025-03-16 18:46:14,854 */
  SIFT_GEN_TIME_DOT,    /* 2025-03-16 18:46:14.854 */
  SIFT_GEN_TIME_ZULU,   /* 2025-03-16T18:46:14.854Z */
  SIFT_GEN_TIME_MICRO,  /* 2025-03-16T18:46:14.854123Z */
  SIFT_GEN_TIME_SECOND, /* 2025-03-16T18:46:14Z */
  SIFT_GEN_TIME_CLOCK,  /* 18:46:14 */
  SIFT_GEN_TIME_APACHE, /* 16/Mar/2025:18:46:14 +0000 */
  SIFT_GEN_TIME_SLASH,  /* 2025/03/16 18:46:14 */
  SIFT_GEN_TIME_EPOCH,  /* 1742150774.854 */
  SIFT_GEN_TIME_FILE,   /* 2025-03-16T18_46_14_854Z */
  SIFT_GEN_TIMES
};

/* The day last written: most lines repeat it. Zeroed is a fresh one. */
struct sift_gen_day {
  int64_t number; /* since 1970-01-01, plus one */
  char iso[10];   /* 2025-03-16 */
};

void sift_gen_time_put(struct sift_gen_text *text, struct sift_gen_day *day, int64_t time_ns, enum sift_gen_time_form form);

#ifdef __cplusplus
}
#endif
#endif
