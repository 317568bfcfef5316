/* The entries of a Forward message: [time, record] and [[time, metadata], record], as records for the sink. */
#ifndef SIFT_SERVE_FORWARD_ENTRIES_H
#define SIFT_SERVE_FORWARD_ENTRIES_H

#include "ingest/serve/forward_fields.h"
#include "ingest/serve/protocol.h"
#include "ingest/serve/scratch.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One a message; on the stack. Everything is borrowed. */
struct sift_forward_entries {
  const struct sift_protocol_config *config;
  const struct sift_live_sink *sink;
  const struct sift_forward_fields *fields;
  const struct sift_variable *variables;
  size_t variable_count;
  struct sift_span plain[SIFT_VARIABLES_MAX]; /* values that hold for every entry; fields: absent, or the group's */
  uint64_t invalid;                           /* entries that were none: to be counted by whoever began */
  struct sift_forward_values values, group;   /* of one entry; of the group that it stands in */
};

/* A message with this tag begins. `fields` are those of the origin's variables. */
void sift_forward_entries_begin(struct sift_forward_entries *entries, const struct sift_protocol_config *config,
                                const struct sift_live_sink *sink, const struct sift_forward_fields *fields, struct sift_span tag);

/* Takes one entry of a stream and tells its record. Where the cursor has a fault afterwards nothing was told. What is no
 * entry is taken and counted. SIFT_OK, SIFT_ENOMEM or what the sink says. */
enum sift_status sift_forward_entries_take(struct sift_forward_entries *entries, struct sift_cursor *cursor);

/* The same for the time and record of a message of one. */
enum sift_status sift_forward_entries_take_one(struct sift_forward_entries *entries, struct sift_cursor *time_and_record);

#ifdef __cplusplus
}
#endif
#endif
