/* Recognises the replay: after a reconnect, the Hub's log stream begins anew and repeats what it still holds.
 *
 * Events carry no ids, so they are told by (time, text), as a multiset: equal lines in the same second are many. Each stream
 * has a high-water mark, the newest time that it showed. An event begins a replay when it was seen before and is older than
 * that mark, or was seen before and is one of the Hub's own mark lines (`===== … =====`), which open every log: so a
 * short log is recognised whose times are all equal. Within a replay an event is skipped as often as it was seen
 * before the replay; one beyond that begins another replay (the connection broke again) where it may, by the same rule, and else
 * is new and ends it.
 *
 * Memory is bounded: the newest SIFT_REPLAY_EVENTS distinct events of a shard are remembered. A replay that reaches further
 * back is recognised from the first event on that is still remembered. */
#ifndef SIFT_INGEST_REPLAY_H
#define SIFT_INGEST_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/span.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SIFT_REPLAY_EVENTS = 131072, SIFT_REPLAY_STREAMS = 4096 };

struct sift_replay;

/* About 5.5 MB. NULL when memory is out. */
struct sift_replay *sift_replay_new(void);
void sift_replay_free(struct sift_replay *replay);
void sift_replay_reset(struct sift_replay *replay); /* for the next shard */

/* True when the event is one of a replay and to be skipped. `stream` tells the streams of a shard apart; those whose numbers
 * are alike modulo SIFT_REPLAY_STREAMS share a high-water mark. `time_ns` may be SIFT_TIME_NONE; `time` is as it was written. */
bool sift_replay_seen(struct sift_replay *replay, uint32_t stream, int64_t time_ns, struct sift_span time, struct sift_span text);

#ifdef __cplusplus
}
#endif
#endif
