/* Checkpoints: what a server knows, written so that a crash at any instant leaves the old one or the new one, never half.
 *
 * One is two files, checkpoint-NUMBER.state and checkpoint-NUMBER.manifest; the manifest comes last and knows the other's
 * hash. The newest and the one before it are kept. Format: docs/journal.md. */
#ifndef SIFT_INGEST_SERVE_CHECKPOINT_H
#define SIFT_INGEST_SERVE_CHECKPOINT_H

#include "ingest/serve/disk.h"
#include "ingest/serve/manifest.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SIFT_CHECKPOINT_NAME_BYTES = 64 };

/* The checkpoints of a directory. One thread, and one process: the journal's lock sees to that. */
struct sift_checkpoints;

/* `disk`: NULL for the real one, else it must outlive this. SIFT_ENOMEM, or SIFT_EIO with errno; `error` says what and why. */
enum sift_status sift_checkpoints_open(struct sift_checkpoints **out, const char *directory, const struct sift_disk *disk,
                                       char *error, size_t error_size);
void sift_checkpoints_free(struct sift_checkpoints *checkpoints);

struct sift_checkpoint_content {
  uint64_t journal_seq;                             /* every entry up to it is in the state */
  const struct sift_checkpoint_position *positions; /* in rising order of loop, at most SIFT_CHECKPOINT_LOOPS_MAX */
  size_t position_count;
  struct sift_span chunk_ids, extra; /* together below SIFT_MANIFEST_BYTES_MAX */
  enum sift_status (*write_state)(void *context, struct sift_state_output output);
  void *context;
};

/* Writes one and removes those that it makes needless. SIFT_ENOMEM, SIFT_ELIMIT, SIFT_EIO or what write_state says, with a
 * message in `error`: those before it are then as they were, and it may be tried again. */
enum sift_status sift_checkpoints_write(struct sift_checkpoints *checkpoints, const struct sift_checkpoint_content *content,
                                        char *error, size_t error_size);

/* A checkpoint that is known to be whole, its state file open. */
struct sift_checkpoint {
  struct sift_manifest manifest; /* its spans live as long as this */
  char *bytes;
  struct sift_disk_file state;
};

/* Finds the newest whole one: *out, or NULL and SIFT_OK where the directory has none at all. Each that is damaged is told to
 * `refused` (may be NULL) with its file and what is wrong. SIFT_ECORRUPT where all are; SIFT_ENOMEM; SIFT_EIO with errno
 * where the directory cannot be listed. */
enum sift_status sift_checkpoints_load(struct sift_checkpoints *checkpoints, struct sift_checkpoint **out,
                                       void (*refused)(void *context, const char *name, const char *text), void *context);

/* The state file from its beginning, each time it is asked for; borrows the checkpoint. SIFT_EIO with errno. */
enum sift_status sift_checkpoint_state(struct sift_checkpoint *checkpoint, struct sift_state_input *input);
void sift_checkpoint_free(struct sift_checkpoint *checkpoint);

#ifdef __cplusplus
}
#endif
#endif
