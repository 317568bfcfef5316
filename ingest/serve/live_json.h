/* A line of JSON Lines → a record for the sink. */
#ifndef SIFT_SERVE_LIVE_JSON_H
#define SIFT_SERVE_LIVE_JSON_H

#include "ingest/serve/protocol.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Tells the sink of `line` (no newline; SIFT_PADDING readable bytes behind), or of why it cannot be used. A blank line is
 * nothing. SIFT_OK also where it was bad; else the sink's error or SIFT_ENOMEM. */
enum sift_status sift_live_json_line(const struct sift_protocol *protocol, struct sift_span line);

#ifdef __cplusplus
}
#endif
#endif
