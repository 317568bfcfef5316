#include "ingest/serve/checkpoint.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <xxhash.h>

#include "ingest/serve/checkpoint_internal.h"

enum { DIGITS = 20 };

static const char prefix[] = "checkpoint-";
static const char *const suffixes[] = {".state", ".manifest"};
static const char unfinished_suffix[] = ".new";

void sift_checkpoint_name(char name[SIFT_CHECKPOINT_NAME_BYTES], uint64_t number, enum sift_checkpoint_part part, bool unfinished) {
  snprintf(name, SIFT_CHECKPOINT_NAME_BYTES, "%s%020" PRIu64 "%s%s", prefix, number, suffixes[part],
           unfinished ? unfinished_suffix : "");
}

bool sift_checkpoint_name_parse(const char *name, uint64_t *number, enum sift_checkpoint_part *part) {
  if (strncmp(name, prefix, sizeof prefix - 1) != 0) {
    return false;
  }
  const char *digits = name + sizeof prefix - 1;
  if (strspn(digits, "0123456789") != DIGITS) {
    return false;
  }
  errno = 0;
  *number = strtoull(digits, NULL, 10);
  if (errno != 0 || *number > INT64_MAX) {
    return false;
  }
  for (int i = SIFT_CHECKPOINT_STATE; i <= SIFT_CHECKPOINT_MANIFEST; i++) {
    const char *rest = digits + DIGITS;
    size_t len = strlen(suffixes[i]);
    if (strncmp(rest, suffixes[i], len) == 0) {
      bool unfinished = strcmp(rest + len, unfinished_suffix) == 0;
      *part = unfinished ? SIFT_CHECKPOINT_UNFINISHED : (enum sift_checkpoint_part)i;
      return unfinished || rest[len] == '\0';
    }
  }
  return false;
}

/* --- the directory ----------------------------------------------------------------------------------------------------- */

static enum sift_status see_file(void *context, const char *name) {
  struct sift_checkpoints *checkpoints = context;
  uint64_t number = 0;
  enum sift_checkpoint_part part = SIFT_CHECKPOINT_UNFINISHED;
  if (sift_checkpoint_name_parse(name, &number, &part)) {
    checkpoints->newest = number > checkpoints->newest ? number : checkpoints->newest;
    if (part == SIFT_CHECKPOINT_MANIFEST && number > checkpoints->whole) {
      checkpoints->whole = number;
    }
  }
  return SIFT_OK;
}

enum sift_status sift_checkpoints_open(struct sift_checkpoints **out, const char *directory, const struct sift_disk *disk,
                                       char *error, size_t error_size) {
  *out = NULL;
  struct sift_checkpoints *checkpoints = calloc(1, sizeof *checkpoints);
  enum sift_status status = checkpoints != NULL ? SIFT_OK : SIFT_ENOMEM;
  if (status == SIFT_OK) {
    checkpoints->disk = disk != NULL ? disk : sift_disk_real();
    checkpoints->directory = -1;
    checkpoints->path = strdup(directory);
    status = checkpoints->path != NULL ? sift_disk_open_directory(&checkpoints->directory, directory) : SIFT_ENOMEM;
  }
  if (status == SIFT_OK) {
    status = sift_disk_list(checkpoints->directory, see_file, checkpoints);
  }
  if (status != SIFT_OK) {
    snprintf(error, error_size, "cannot use %s for checkpoints: %s", directory,
             status == SIFT_ENOMEM ? "out of memory" : strerror(errno));
    sift_checkpoints_free(checkpoints);
    return status;
  }
  *out = checkpoints;
  return SIFT_OK;
}

void sift_checkpoints_free(struct sift_checkpoints *checkpoints) {
  if (checkpoints != NULL) {
    if (checkpoints->directory >= 0) {
      close(checkpoints->directory);
    }
    free(checkpoints->path);
    free(checkpoints);
  }
}

/* --- writing ----------------------------------------------------------------------------------------------------------- */

/* A file under its temporary name. */
struct writing {
  struct sift_checkpoints *checkpoints;
  int file;
  uint64_t bytes;
  XXH3_state_t *hash;
};

static enum sift_status write_bytes(void *context, const char *bytes, size_t size) {
  struct writing *writing = context;
  struct iovec part = {.iov_base = (void *)(uintptr_t)bytes, .iov_len = size};
  writing->bytes += size;
  XXH3_128bits_update(writing->hash, bytes, size);
  return sift_disk_write(writing->checkpoints->disk, writing->file, &part, 1);
}

/* What fills a file. */
struct filler {
  enum sift_status (*fill)(void *context, struct sift_state_output output);
  void *context;
};

static enum sift_status fill_and_rename(struct writing *writing, const struct filler *filler, const char *unfinished,
                                        const char *name) {
  struct sift_checkpoints *checkpoints = writing->checkpoints;
  const struct sift_disk *disk = checkpoints->disk;
  struct sift_state_output output = {.write = write_bytes, .context = writing, .background = true};
  enum sift_status status = filler->fill(filler->context, output);
  if (status == SIFT_OK && disk->sync(disk->context, writing->file) != 0) {
    status = SIFT_EIO;
  }
  if (status == SIFT_OK && disk->rename(disk->context, checkpoints->directory, unfinished, name) != 0) {
    status = SIFT_EIO;
  }
  return status;
}

/* Writes one file whole, or leaves none under its name. */
static enum sift_status write_file(struct writing *writing, const struct filler *filler, uint64_t number,
                                   enum sift_checkpoint_part part) {
  struct sift_checkpoints *checkpoints = writing->checkpoints;
  const struct sift_disk *disk = checkpoints->disk;
  char name[SIFT_CHECKPOINT_NAME_BYTES];
  char unfinished[SIFT_CHECKPOINT_NAME_BYTES];
  sift_checkpoint_name(name, number, part, false);
  sift_checkpoint_name(unfinished, number, part, true);
  XXH3_128bits_reset(writing->hash);
  writing->bytes = 0;
  writing->file = disk->create(disk->context, checkpoints->directory, unfinished);
  if (writing->file < 0) {
    return SIFT_EIO;
  }
  enum sift_status status = fill_and_rename(writing, filler, unfinished, name);
  int error = errno;
  close(writing->file);
  if (status != SIFT_OK) {
    disk->unlink(disk->context, checkpoints->directory, unfinished); /* if it stays, a later one removes it */
  }
  errno = error;
  return status;
}

static enum sift_status fill_manifest(void *context, struct sift_state_output output) {
  struct sift_pack pack = {0};
  enum sift_status status = sift_manifest_write(context, &pack);
  if (status == SIFT_OK) {
    status = output.write(output.context, pack.bytes, pack.len);
  }
  sift_pack_release(&pack);
  return status;
}

static enum sift_status write_both(struct writing *writing, struct sift_manifest *manifest, const struct filler *state) {
  struct filler filler = {fill_manifest, manifest};
  enum sift_status status = write_file(writing, state, manifest->number, SIFT_CHECKPOINT_STATE);
  if (status != SIFT_OK) {
    return status;
  }
  XXH128_hash_t hash = XXH3_128bits_digest(writing->hash);
  manifest->state_bytes = writing->bytes;
  manifest->state_hash[0] = hash.low64;
  manifest->state_hash[1] = hash.high64;
  status = write_file(writing, &filler, manifest->number, SIFT_CHECKPOINT_MANIFEST);
  const struct sift_disk *disk = writing->checkpoints->disk;
  if (status == SIFT_OK && disk->sync(disk->context, writing->checkpoints->directory) != 0) {
    status = SIFT_EIO;
  }
  return status;
}

/* --- tidying ----------------------------------------------------------------------------------------------------------- */

struct tidying {
  struct sift_checkpoints *checkpoints;
  uint64_t keep[2];
};

static enum sift_status tidy_file(void *context, const char *name) {
  const struct tidying *tidying = context;
  const struct sift_disk *disk = tidying->checkpoints->disk;
  uint64_t number = 0;
  enum sift_checkpoint_part part = SIFT_CHECKPOINT_UNFINISHED;
  bool ours = sift_checkpoint_name_parse(name, &number, &part);
  bool kept = (number == tidying->keep[0] || number == tidying->keep[1]) && part != SIFT_CHECKPOINT_UNFINISHED;
  if (ours && !kept) {
    disk->unlink(disk->context, tidying->checkpoints->directory, name); /* what stays is removed the next time */
  }
  return SIFT_OK;
}

static struct sift_manifest *make_manifest(const struct sift_checkpoint_content *content, uint64_t number) {
  struct sift_manifest *manifest = calloc(1, sizeof *manifest);
  if (manifest == NULL) {
    return NULL;
  }
  manifest->number = number;
  manifest->journal_seq = content->journal_seq;
  manifest->position_count = content->position_count;
  if (content->position_count > 0) {
    memcpy(manifest->positions, content->positions, content->position_count * sizeof *content->positions);
  }
  manifest->chunk_ids = content->chunk_ids;
  manifest->extra = content->extra;
  return manifest;
}

static enum sift_status write_checkpoint(struct sift_checkpoints *checkpoints, const struct sift_checkpoint_content *content) {
  uint64_t number = ++checkpoints->newest; /* never one that a failed try has used */
  struct sift_manifest *manifest = make_manifest(content, number);
  struct writing writing = {.checkpoints = checkpoints, .file = -1, .hash = XXH3_createState()};
  struct filler state = {content->write_state, content->context};
  enum sift_status status = SIFT_ENOMEM;
  if (manifest != NULL && writing.hash != NULL) {
    status = write_both(&writing, manifest, &state);
  }
  int error = errno;
  XXH3_freeState(writing.hash);
  free(manifest);
  errno = error;
  if (status == SIFT_OK) {
    struct tidying tidying = {checkpoints, {number, checkpoints->whole}};
    checkpoints->whole = number;
    (void)sift_disk_list(checkpoints->directory, tidy_file, &tidying);
  }
  return status;
}

enum sift_status sift_checkpoints_write(struct sift_checkpoints *checkpoints, const struct sift_checkpoint_content *content,
                                        char *error, size_t error_size) {
  if (content->position_count > SIFT_CHECKPOINT_LOOPS_MAX) {
    snprintf(error, error_size, "a checkpoint holds at most %d loops", SIFT_CHECKPOINT_LOOPS_MAX);
    return SIFT_ELIMIT;
  }
  enum sift_status status = write_checkpoint(checkpoints, content);
  if (status != SIFT_OK) {
    snprintf(error, error_size, "cannot write a checkpoint to %s: %s", checkpoints->path,
             status == SIFT_EIO ? strerror(errno) : sift_status_text(status));
  }
  return status;
}
