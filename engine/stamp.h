/* Reads the time that a log line carries. */
#ifndef SIFT_ENGINE_STAMP_H
#define SIFT_ENGINE_STAMP_H

#include <stdint.h>

#include "engine/span.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The first time in the first 128 bytes of a line: RFC 3339 (so CRI and Docker too), `YYYY-MM-DD hh:mm:ss` with `,mmm` or
 * `.fraction` and an optional zone (`Z`, `+00:00`, ` +0000`), the Hub's `===== … at YYYY-MM-DD HH:MM:SS =====`, and at the
 * line's very start the syslog form `Mmm dd hh:mm:ss`, which takes its year so that it is nearest to `near_ns`
 * (SIFT_TIME_NONE: it is not read). No zone means UTC. Unix ns, or SIFT_TIME_NONE; times outside 1990 to 2100 are none. */
int64_t sift_stamp_read(struct sift_span line, int64_t near_ns);

/* A time that a wrapping gives as a field: RFC 3339 or the forms above, or a number: Unix seconds (with fraction),
 * milliseconds, microseconds or nanoseconds, told by size. */
int64_t sift_stamp_parse(struct sift_span value);

/* "2026-01-31T10:20:30Z", with ".mmm" or ".nnnnnnnnn" where the fraction is not zero. `out` holds at least 36 bytes; returns
 * its length. SIFT_TIME_NONE gives "". */
size_t sift_stamp_format(int64_t time_ns, char *out);

#ifdef __cplusplus
}
#endif
#endif
