/* An append-only log of entries in a directory: many threads append, one writes and syncs, and says what is durable.
 *
 * It knows nothing of what the entries hold. A segment is a file of zstd frames with seals between them (docs/journal.md), so
 * any zstd decoder reads it as one stream of payloads. */
#ifndef SIFT_INGEST_SERVE_JOURNAL_H
#define SIFT_INGEST_SERVE_JOURNAL_H

#include "ingest/serve/disk.h"
#include "ingest/serve/journal_segment.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
  SIFT_JOURNAL_SEGMENT_BYTES = 64 << 20,
  SIFT_JOURNAL_ERROR_BYTES = 4096 + 512, /* a message with a path in it */
};

/* Zeroes are the defaults, apart from `directory` and `header`. Copied, but for `disk`. */
struct sift_journal_config {
  const char *directory;     /* made where it is missing; its parent must exist */
  struct sift_span header;   /* opens each segment, e.g. sift_event_encode_header's map; at most SIFT_JOURNAL_ENTRY_BYTES_MAX */
  uint64_t seq_after;        /* the numbering goes on above: the journal position of the checkpoint */
  uint64_t segment_bytes;    /* a segment that has as many gets no more; 0: SIFT_JOURNAL_SEGMENT_BYTES */
  int64_t segment_age_ns;    /* nor one as old; 0: any age */
  uint64_t keep_bytes;       /* of released segments, the oldest go first; 0: no limit */
  int64_t keep_age_ns;       /* since the last write; 0: no limit */
  unsigned sync_interval_ms; /* least time from one sync to the next: fewer syncs, later acks; 0: none */

  /* From the writer's thread, without a lock; may be NULL; must not wait for the journal. notify: all entries up to `durable`
   * are. trouble: what is wrong, NULL once it works again; only when that changes. */
  void (*notify)(void *context, uint64_t durable);
  void (*trouble)(void *context, const char *text);
  void *context;

  const struct sift_disk *disk; /* NULL: the real one */
};

/* What was found on opening. */
struct sift_journal_found {
  uint64_t first_seq, last_seq; /* 0: there are no entries */
  uint64_t next_seq;            /* of the next append */
  uint64_t segments, bytes;
  uint64_t torn_bytes; /* cut from the end of the newest segment: no whole entry stood in them */
  enum sift_segment_fault torn_fault;
  char torn_name[SIFT_JOURNAL_NAME_BYTES];
};

struct sift_journal;

/* Locks the directory, cuts a torn tail, syncs what is there and starts the writer. Errors: SIFT_ENOMEM; SIFT_EIO (with
 * errno), SIFT_EINVAL where another process has the journal; `error` then says what and why. */
enum sift_status sift_journal_open(struct sift_journal **out, const struct sift_journal_config *config,
                                   struct sift_journal_found *found, char *error, size_t error_size);

/* Writes what is queued, unless the disk is in trouble: then at most once more. No other thread may use it by now. */
void sift_journal_free(struct sift_journal *journal);

/* --- replay ------------------------------------------------------------------------------------------------------------ */

struct sift_journal_entry {
  uint64_t seq, loop_seq;
  uint32_t loop;
  struct sift_span payload; /* borrowed for the call */
};

struct sift_journal_damage {
  const char *name; /* of the segment */
  uint64_t offset, bytes;
  const char *text; /* what is wrong */
};

struct sift_journal_replay {
  uint64_t entries; /* handed out */
  uint64_t missing; /* sequence numbers above after_seq that should have been there */
  uint64_t damages; /* runs of bytes, or files, that could not be read; without missing entries, nothing is lost */
};

struct sift_journal_visitor {
  enum sift_status (*entry)(void *context, const struct sift_journal_entry *entry); /* an error ends the replay */
  void (*damage)(void *context, const struct sift_journal_damage *damage);          /* may be NULL */
  void *context;
};

/* Hands out all entries that were there at opening and are newer than `after_seq`, in order, each once. Before the first
 * append. SIFT_OK, SIFT_ENOMEM or what the visitor says; damage is told and passed over. */
enum sift_status sift_journal_replay(struct sift_journal *journal, uint64_t after_seq, const struct sift_journal_visitor *visitor,
                                     struct sift_journal_replay *result);

/* --- appending --------------------------------------------------------------------------------------------------------- */

/* A compressor and its buffer; one a thread. `level`: of zstd, 0: 1. */
struct sift_journal_packer;
enum sift_status sift_journal_packer_new(struct sift_journal_packer **out, int level);
void sift_journal_packer_free(struct sift_journal_packer *packer);

/* Compresses `payload` and queues it; never waits for the disk. Entries of one thread are written in its order. *seq counts
 * from 1. SIFT_ELIMIT over SIFT_JOURNAL_ENTRY_BYTES_MAX, SIFT_ENOMEM; then nothing is queued. Any thread. */
enum sift_status sift_journal_append(struct sift_journal *journal, struct sift_journal_packer *packer, uint32_t loop,
                                     uint64_t loop_seq, struct sift_span payload, uint64_t *seq);

/* What is appended from now on goes to a new segment with this header. Errors as append. Any thread. */
enum sift_status sift_journal_set_header(struct sift_journal *journal, struct sift_journal_packer *packer, struct sift_span header);

/* Entries up to `seq` are no longer needed (a checkpoint holds them, and so does the one kept for its failure): retention may
 * remove segments that hold no newer ones. Any thread. */
void sift_journal_release(struct sift_journal *journal, uint64_t seq);

/* The newest sequence number that a sync covers; all before it are covered too. Any thread. */
uint64_t sift_journal_durable(const struct sift_journal *journal);

/* Memory of entries that are not durable yet: whoever appends bounds it by asking. Any thread. */
uint64_t sift_journal_queued_bytes(const struct sift_journal *journal);

/* Waits until `seq` is durable: SIFT_OK, or SIFT_ELIMIT once `timeout_ms` has passed. For the way out, not for a loop. */
enum sift_status sift_journal_wait(struct sift_journal *journal, uint64_t seq, unsigned timeout_ms);

struct sift_journal_stats {
  uint64_t appended, durable; /* sequence numbers */
  uint64_t queued_bytes;
  int64_t oldest_ns;                /* CLOCK_MONOTONIC: when the oldest of those that are not durable was appended; 0: all are */
  uint64_t segments, segment_bytes; /* in the directory */
  uint64_t written_bytes, syncs;    /* since opening, retries included */
  uint64_t sync_ns_sum, sync_ns_max;
  uint64_t errors;                     /* failed attempts to write, sync, make or remove a segment */
  int error;                           /* errno of the trouble that lasts, 0: none */
  char text[SIFT_JOURNAL_ERROR_BYTES]; /* and what it is */
};
/* Any thread. */
void sift_journal_stats(struct sift_journal *journal, struct sift_journal_stats *out);

#ifdef __cplusplus
}
#endif
#endif
