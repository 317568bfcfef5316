/* Tally ↔ bytes: a sorted, self-contained, mergeable stream of Spaces and the fleet's own record. Format: docs/state.md. */
#ifndef SIFT_ENGINE_STATE_H
#define SIFT_ENGINE_STATE_H

#include <stdbool.h>

#include "engine/fleet.h"
#include "engine/ruleset.h"
#include "engine/space.h"
#include "engine/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SIFT_STATE_VERSION = 2 };

/* Who reads the bytes of a state: at most `size` bytes into `buffer`, *got 0 at the end. `content`: they are those within
 * the state's zstd frame, decompressed and checked already (engine/unzstd.h), elsewhere perhaps than where they are read. */
struct sift_state_input {
  enum sift_status (*read)(void *context, char *buffer, size_t size, size_t *got);
  void *context;
  bool content;
};

/* Who takes them. `background`: compress in a thread of zstd's own, for large files. The bytes are then others, so each kind
 * of output keeps to one of the two. */
struct sift_state_output {
  enum sift_status (*write)(void *context, const char *bytes, size_t size);
  void *context;
  bool background;
};

/* A state in memory. Embedded, zeroed at first; the output appends to it, SIFT_ENOMEM where it cannot grow. */
struct sift_state_buffer {
  char *bytes;
  size_t size, capacity;
};
void sift_state_buffer_release(struct sift_state_buffer *buffer);
struct sift_state_output sift_state_buffer_output(struct sift_state_buffer *buffer);

/* Reads from borrowed bytes, which must outlive the reader: `rest` is what is left of them. */
struct sift_state_bytes {
  struct sift_span rest;
};
struct sift_state_input sift_state_bytes_input(struct sift_state_bytes *bytes); /* borrows it too */

/* Which rule set made the tallies: only states of the same rule set merge. `rules` and `classes` are the ids of all rules
 * and classes in order. */
struct sift_state_header {
  const char *ruleset_name, *ruleset_version, *ruleset_hash;
  const char *const *rules;
  size_t rule_count;
  const char *const *classes;
  size_t class_count;
};

/* The header of a sealed rule set, which must outlive it; its arrays come from `arena`. SIFT_ENOMEM. */
enum sift_status sift_state_header_make(struct sift_state_header *out, const struct sift_ruleset *ruleset,
                                        struct sift_arena *arena);

/* Whether a state is of this rule set. Ask before any index of the state is used on the rule set: a file may claim a hash,
 * but after this every rule and class index that its reader hands out is in range. */
bool sift_state_header_matches(const struct sift_state_header *header, const struct sift_ruleset *ruleset);

struct sift_state_writer;
enum sift_status sift_state_writer_new(struct sift_state_writer **out, struct sift_state_output output,
                                       const struct sift_state_header *header);
/* Spaces must come sorted (sift_space_sort), in rising order of name, and without doubles. The first error sticks. */
enum sift_status sift_state_write(struct sift_state_writer *writer, const struct sift_space *space);
enum sift_status sift_state_finish(struct sift_state_writer *writer, const struct sift_fleet *fleet);
void sift_state_writer_free(struct sift_state_writer *writer); /* before finish: the state is incomplete and unreadable */

/* Reads one state, front to back, with memory for one Space. Hostile bytes give SIFT_ECORRUPT, SIFT_EFORMAT,
 * SIFT_ETRUNCATED or SIFT_EVERSION, never more. */
struct sift_state_reader;
enum sift_status sift_state_reader_new(struct sift_state_reader **out, struct sift_state_input input);
const struct sift_state_header *sift_state_reader_header(const struct sift_state_reader *reader);
/* SIFT_OK with a sorted Space, borrowed until the next call; SIFT_END after the last, then the fleet may be asked for. */
enum sift_status sift_state_next(struct sift_state_reader *reader, const struct sift_space **out);
const struct sift_fleet *sift_state_reader_fleet(const struct sift_state_reader *reader);
void sift_state_reader_free(struct sift_state_reader *reader);

/* Folds sorted states into one: memory for one Space an input. `spaces_max`: at most so many Spaces ("-" aside), the first in
 * byte order of their names; the others are folded into the Space "~overflow", which comes last. The fleet's `overflow`
 * holds their names' XXH3 64 hashes, and its space_limit counter is set to that sketch's estimate, so that any grouping of
 * merges with one `spaces_max` gives the same bytes. Borrows the readers, which must be fresh. SIFT_EVERSION at new where
 * their headers differ; reading errors come out of next. */
#define SIFT_OVERFLOW_NAME "~overflow"
struct sift_state_merger;

/* Sorted Spaces from elsewhere than one reader: `next` as sift_state_next(), `fleet` as sift_state_reader_fleet(). */
struct sift_state_source {
  const struct sift_state_header *header;
  enum sift_status (*next)(void *context, const struct sift_space **out);
  const struct sift_fleet *(*fleet)(const void *context);
  void *context;
};

/* Copies the array of sources and borrows what they point to. */
enum sift_status sift_state_merger_open(struct sift_state_merger **out, const struct sift_state_source *sources, size_t count,
                                        uint64_t spaces_max);
struct sift_state_source sift_state_reader_source(struct sift_state_reader *reader); /* borrows it */

/* What a merger gives, as a source of another one: borrows it. Its header is NULL where the merger has no source. */
struct sift_state_source sift_state_merger_source(struct sift_state_merger *merger);

enum sift_status sift_state_merger_new(struct sift_state_merger **out, struct sift_state_reader *const *readers, size_t count,
                                       uint64_t spaces_max);
/* SIFT_OK with a sorted Space, borrowed until the next call; SIFT_END after the last, then the fleet may be asked for. */
enum sift_status sift_state_merger_next(struct sift_state_merger *merger, const struct sift_space **out);
/* The input that the last error came from: an index into the readers. */
size_t sift_state_merger_culprit(const struct sift_state_merger *merger);
const struct sift_fleet *sift_state_merger_fleet(const struct sift_state_merger *merger);
void sift_state_merger_free(struct sift_state_merger *merger);

#ifdef __cplusplus
}
#endif
#endif
