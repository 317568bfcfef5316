/* What the files of the worker share. Not for other rooms. */
#ifndef SIFT_ENGINE_WORKER_INTERNAL_H
#define SIFT_ENGINE_WORKER_INTERNAL_H

#include "engine/event.h"
#include "engine/steps.h"
#include "engine/tally.h"
#include "engine/worker.h"

/* A hit of the line at hand, kept until the line's hits are all known. */
struct sift_kept_hit {
  uint32_t rule;
  uint32_t field_count;
  struct sift_span fields[SIFT_CAPTURES_MAX];
};

/* What is known of the line whose hits are being worked off. */
struct sift_place {
  struct sift_stream *stream;
  struct sift_instant at;
  struct sift_span text;
  uint64_t line;
};

/* Names that live as long as their worker; a bounded number of them. */
struct sift_names {
  struct sift_arena arena;
  const char **items;
  uint32_t count, capacity;
};

struct sift_worker {
  struct sift_worker_config config;
  const struct sift_ruleset *ruleset;
  struct sift_scanner *scanner;
  struct sift_event_encoder *encoder; /* NULL: no events */
  struct sift_streams streams;
  struct sift_steps steps;
  struct sift_tally tally;
  struct sift_fleet fleet;
  enum sift_status status; /* the first failure inside a callback */

  struct sift_arena shard_names; /* the shard's name, for as long as the shard lasts */
  const char *source;
  const char *tally_source; /* the same, in the tally's arena of `source_epoch` */
  uint64_t source_epoch;

  const struct sift_batch *batch;
  uint32_t record;     /* the batch's record that the line at hand belongs to */
  uint32_t counted_to; /* text position up to which newlines are counted */
  uint64_t counted;    /* newlines before it */

  struct sift_kept_hit *kept; /* of the line at hand, in order of rule */
  uint32_t kept_count;
  uint32_t line_start, line_len;
  uint32_t limited_line; /* start of the last line that was told to be too costly, UINT32_MAX: none of the batch */

  struct sift_names names;        /* live: sources, for as long as the worker lasts */
  struct sift_place replayed;     /* the line whose events are being replayed */
  struct sift_arena replay_arena; /* what its events say */
  bool replays;

  struct sift_run *handed;
};

/* The name in the worker's own memory; of more than some thousand names, all further ones are "…". NULL when memory is out. */
const char *sift_worker_name(struct sift_worker *worker, struct sift_span name);

/* The Space's tally; NULL, with the worker's status set, when memory is out. */
struct sift_space *sift_worker_space(struct sift_worker *worker, struct sift_stream *stream);
void sift_worker_count_lines(struct sift_worker *worker, struct sift_stream *stream, uint64_t lines, uint64_t bytes);

/* Adds to the Space's tally. */
void sift_worker_tally(struct sift_worker *worker, struct sift_stream *stream, struct sift_observation seen);

/* What waits for the end of a stream's steps is tallied, demoted if they ended well; it goes on waiting where `keep`. */
void sift_worker_settle(struct sift_worker *worker, struct sift_stream *stream, bool demoted, bool keep);

/* Works off the worker's kept hits of one line: dates are settled, rules of other channels are gone. */
void sift_worker_line(struct sift_worker *worker, const struct sift_place *place);

/* The time of the line at `place`. `mark`: it begins an attempt. */
int64_t sift_worker_date(struct sift_worker *worker, const struct sift_place *place, bool mark);

/* Between batches: forgets what is too much, folds what is large. */
enum sift_status sift_worker_tidy(struct sift_worker *worker, uint64_t offset);

#endif
