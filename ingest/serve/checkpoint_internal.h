/* What writing and loading checkpoints share: the directory and its names. */
#ifndef SIFT_INGEST_SERVE_CHECKPOINT_INTERNAL_H
#define SIFT_INGEST_SERVE_CHECKPOINT_INTERNAL_H

#include <stdbool.h>

#include "ingest/serve/checkpoint.h"

struct sift_checkpoints {
  const struct sift_disk *disk;
  char *path;
  int directory;
  uint64_t newest; /* the highest number that any file bears */
  uint64_t whole;  /* the newest that is known, or believed, to be whole; 0: none */
};

enum sift_checkpoint_part {
  SIFT_CHECKPOINT_STATE,
  SIFT_CHECKPOINT_MANIFEST,
  SIFT_CHECKPOINT_UNFINISHED, /* either of them under its temporary name */
};

/* `part` is STATE or MANIFEST. */
void sift_checkpoint_name(char name[SIFT_CHECKPOINT_NAME_BYTES], uint64_t number, enum sift_checkpoint_part part, bool unfinished);

/* False where `name` is no file of a checkpoint. */
bool sift_checkpoint_name_parse(const char *name, uint64_t *number, enum sift_checkpoint_part *part);

#endif
