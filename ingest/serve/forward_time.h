/* The times of Forward entries: seconds, EventTime, floats, and the markers that stand in a time's place. */
#ifndef SIFT_SERVE_FORWARD_TIME_H
#define SIFT_SERVE_FORWARD_TIME_H

#include "engine/unpack.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sift_forward_moment {
  SIFT_MOMENT_NONE, /* nil or 0: the receiver's clock counts */
  SIFT_MOMENT_TIME,
  SIFT_MOMENT_BAD,         /* no time, or one outside 1990 to 2100 */
  SIFT_MOMENT_GROUP_BEGIN, /* Fluent Bit: the record tells what those that follow have in common */
  SIFT_MOMENT_GROUP_END,
};

/* Takes any object. *time_ns is since 1970 UTC, SIFT_TIME_NONE but for SIFT_MOMENT_TIME. */
enum sift_forward_moment sift_forward_take_time(struct sift_cursor *cursor, int64_t *time_ns);

/* An EventTime's seconds and nanoseconds, where one stands at the cursor: it is then taken. */
bool sift_forward_take_event_time(struct sift_cursor *cursor, uint32_t *seconds, uint32_t *nanoseconds);

/* A float of 32 or 64 bits, where one stands there. */
bool sift_forward_take_float(struct sift_cursor *cursor, double *value, bool *is_single);

#ifdef __cplusplus
}
#endif
#endif
