/* Where a listener's records come from: the templates that give Space, channel, time and text. */
#ifndef SIFT_SERVE_ORIGIN_H
#define SIFT_SERVE_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/span.h"
#include "engine/status.h"
#include "ingest/serve/bytes.h"
#include "ingest/serve/protocol.h"
#include "ingest/serve/template.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sift_json_paths;

/* Immutable; shared by all connections and loops of a listener. */
struct sift_origin;

/* Templates as template.h says; NULL: the default of that kind, see sift_origin_default(). SIFT_EINVAL with what is wrong and
 * what to type in `error` (at least 160 bytes), SIFT_ENOMEM; *out is NULL then. */
enum sift_status sift_origin_new(struct sift_origin **out, enum sift_protocol_kind kind, const char *space, const char *channel,
                                 const char *time, const char *text, char *error, size_t error_size);
void sift_origin_free(struct sift_origin *origin);

enum sift_origin_part { SIFT_ORIGIN_SPACE, SIFT_ORIGIN_CHANNEL, SIFT_ORIGIN_TIME, SIFT_ORIGIN_TEXT, SIFT_ORIGIN_PARTS };

/* The template that counts where none is given; "" for one that gives nothing. Static. */
const char *sift_origin_default(enum sift_protocol_kind kind, enum sift_origin_part part);

/* What to look up for each record, in this order; each once. Lives as long as the origin. */
const struct sift_variable *sift_origin_variables(const struct sift_origin *origin, size_t *count);

/* Lines: path i is that of variable i, or without parts where that is none of the record. Lives as long as the origin. */
const struct sift_json_paths *sift_origin_json_paths(const struct sift_origin *origin);

/* The value of a variable that the connection or the tag tells: PEER, TAG, TAG_PART; absent for all others. */
struct sift_span sift_variable_plain(const struct sift_variable *variable, struct sift_span peer, struct sift_span tag);

/* One a loop, reused for each record; zeroed is ready. */
struct sift_origin_scratch {
  struct sift_bytes bytes;
  bool bad_time; /* the last record's time template gave what is no time: to be counted as bad_time */
};
void sift_origin_scratch_release(struct sift_origin_scratch *scratch);

/* Fills in space, channel, text and time of `out`. values[i] is that of variable i: data NULL where it is absent (null,
 * objects and arrays are absent; numbers and booleans count as written). out->time_ns holds the protocol's own time, or
 * SIFT_TIME_NONE, and stays unless the time template gives one that can be read. out->text.data is NULL when the record has
 * none of the text's variables: json_text. What is composed lives in `scratch` until the next call; the rest is lent from
 * the values. SIFT_OK or SIFT_ENOMEM. */
enum sift_status sift_origin_resolve(const struct sift_origin *origin, const struct sift_span *values,
                                     struct sift_origin_scratch *scratch, struct sift_live_record *out);

#ifdef __cplusplus
}
#endif
#endif
