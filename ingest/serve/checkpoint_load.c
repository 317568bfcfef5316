#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "ingest/serve/checkpoint_internal.h"

enum { BLOCK_BYTES = 64 * 1024, TEXT_BYTES = 256 };

/* Why a checkpoint is not taken. */
struct refusal {
  char name[SIFT_CHECKPOINT_NAME_BYTES];
  char text[TEXT_BYTES];
};

static enum sift_status refuse(struct refusal *refusal, const char *text) {
  snprintf(refusal->text, sizeof refusal->text, "%s", text);
  return SIFT_ECORRUPT;
}

/* --- its two files ----------------------------------------------------------------------------------------------------- */

/* Opens a regular file and says how long it is. */
static enum sift_status open_part(const struct sift_checkpoints *checkpoints, uint64_t number, enum sift_checkpoint_part part,
                                  struct sift_disk_file *file, uint64_t *size, struct refusal *refusal) {
  struct stat stat;
  sift_checkpoint_name(refusal->name, number, part, false);
  file->file = openat(checkpoints->directory, refusal->name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (file->file < 0 || fstat(file->file, &stat) != 0) {
    return refuse(refusal, strerror(errno));
  }
  if (!S_ISREG(stat.st_mode) || stat.st_size < 0) {
    return refuse(refusal, "not a regular file");
  }
  *size = (uint64_t)stat.st_size;
  return SIFT_OK;
}

/* Reads `size` bytes, which must be all. */
static enum sift_status read_whole(struct sift_disk_file *file, char *bytes, size_t size, struct refusal *refusal) {
  struct sift_state_input input = sift_disk_input(file);
  for (size_t at = 0; at < size;) {
    size_t got = 0;
    if (input.read(input.context, bytes + at, size - at, &got) != SIFT_OK) {
      return refuse(refusal, strerror(errno));
    }
    if (got == 0) {
      return refuse(refusal, sift_status_text(SIFT_ETRUNCATED));
    }
    at += got;
  }
  return SIFT_OK;
}

static enum sift_status load_manifest(const struct sift_checkpoints *checkpoints, uint64_t number,
                                      struct sift_checkpoint *checkpoint, struct refusal *refusal) {
  struct sift_disk_file file = {-1};
  uint64_t size = 0;
  enum sift_status status = open_part(checkpoints, number, SIFT_CHECKPOINT_MANIFEST, &file, &size, refusal);
  if (status == SIFT_OK && size > SIFT_MANIFEST_BYTES_MAX) {
    status = refuse(refusal, "larger than any manifest");
  }
  if (status == SIFT_OK) {
    checkpoint->bytes = malloc(size + 1);
    status = checkpoint->bytes != NULL ? read_whole(&file, checkpoint->bytes, size, refusal) : SIFT_ENOMEM;
  }
  if (file.file >= 0) {
    close(file.file);
  }
  if (status != SIFT_OK) {
    return status;
  }
  status = sift_manifest_read(&checkpoint->manifest, sift_span(checkpoint->bytes, size));
  if (status == SIFT_OK && checkpoint->manifest.number != number) {
    return refuse(refusal, "the manifest of another checkpoint");
  }
  return status == SIFT_OK ? SIFT_OK : refuse(refusal, sift_status_text(status));
}

static enum sift_status hash_state(struct sift_checkpoint *checkpoint, XXH3_state_t *hash, struct refusal *refusal) {
  struct sift_state_input input = sift_disk_input(&checkpoint->state);
  char block[BLOCK_BYTES];
  size_t got = 0;
  XXH3_128bits_reset(hash);
  do {
    if (input.read(input.context, block, sizeof block, &got) != SIFT_OK) {
      return refuse(refusal, strerror(errno));
    }
    XXH3_128bits_update(hash, block, got);
  } while (got > 0);
  XXH128_hash_t sum = XXH3_128bits_digest(hash);
  bool same = sum.low64 == checkpoint->manifest.state_hash[0] && sum.high64 == checkpoint->manifest.state_hash[1];
  return same ? SIFT_OK : refuse(refusal, "differs from what its manifest says");
}

static enum sift_status load_state(const struct sift_checkpoints *checkpoints, uint64_t number, struct sift_checkpoint *checkpoint,
                                   struct refusal *refusal) {
  uint64_t size = 0;
  enum sift_status status = open_part(checkpoints, number, SIFT_CHECKPOINT_STATE, &checkpoint->state, &size, refusal);
  if (status != SIFT_OK) {
    return status;
  }
  if (size != checkpoint->manifest.state_bytes) {
    snprintf(refusal->text, sizeof refusal->text, "%" PRIu64 " bytes, where its manifest says %" PRIu64, size,
             checkpoint->manifest.state_bytes);
    return SIFT_ECORRUPT;
  }
  XXH3_state_t *hash = XXH3_createState();
  status = hash != NULL ? hash_state(checkpoint, hash, refusal) : SIFT_ENOMEM;
  XXH3_freeState(hash);
  return status;
}

static enum sift_status load(const struct sift_checkpoints *checkpoints, uint64_t number, struct sift_checkpoint **out,
                             struct refusal *refusal) {
  struct sift_checkpoint *checkpoint = calloc(1, sizeof *checkpoint);
  if (checkpoint == NULL) {
    return SIFT_ENOMEM;
  }
  checkpoint->state.file = -1;
  enum sift_status status = load_manifest(checkpoints, number, checkpoint, refusal);
  if (status == SIFT_OK) {
    status = load_state(checkpoints, number, checkpoint, refusal);
  }
  if (status != SIFT_OK) {
    sift_checkpoint_free(checkpoint);
    return status;
  }
  *out = checkpoint;
  return SIFT_OK;
}

/* --- which one --------------------------------------------------------------------------------------------------------- */

/* The highest manifest's number below a bound. */
struct search {
  uint64_t below, best;
  bool found;
};

static enum sift_status see_manifest(void *context, const char *name) {
  struct search *search = context;
  uint64_t number = 0;
  enum sift_checkpoint_part part = SIFT_CHECKPOINT_UNFINISHED;
  if (sift_checkpoint_name_parse(name, &number, &part) && part == SIFT_CHECKPOINT_MANIFEST && number < search->below &&
      (!search->found || number > search->best)) {
    search->best = number;
    search->found = true;
  }
  return SIFT_OK;
}

enum sift_status sift_checkpoints_load(struct sift_checkpoints *checkpoints, struct sift_checkpoint **out,
                                       void (*refused)(void *context, const char *name, const char *text), void *context) {
  struct search search = {.below = UINT64_MAX};
  enum sift_status result = SIFT_OK;
  *out = NULL;
  for (;;) {
    search.found = false;
    enum sift_status status = sift_disk_list(checkpoints->directory, see_manifest, &search);
    if (status != SIFT_OK || !search.found) {
      checkpoints->whole = status == SIFT_OK ? 0 : checkpoints->whole;
      return status != SIFT_OK ? status : result;
    }
    struct refusal refusal = {"", ""};
    status = load(checkpoints, search.best, out, &refusal);
    if (status != SIFT_ECORRUPT) {
      checkpoints->whole = status == SIFT_OK ? search.best : checkpoints->whole;
      return status;
    }
    if (refused != NULL) {
      refused(context, refusal.name, refusal.text);
    }
    result = SIFT_ECORRUPT;
    search.below = search.best;
  }
}

enum sift_status sift_checkpoint_state(struct sift_checkpoint *checkpoint, struct sift_state_input *input) {
  if (lseek(checkpoint->state.file, 0, SEEK_SET) != 0) {
    return SIFT_EIO;
  }
  *input = sift_disk_input(&checkpoint->state);
  return SIFT_OK;
}

void sift_checkpoint_free(struct sift_checkpoint *checkpoint) {
  if (checkpoint != NULL) {
    if (checkpoint->state.file >= 0) {
      close(checkpoint->state.file);
    }
    free(checkpoint->bytes);
    free(checkpoint);
  }
}
