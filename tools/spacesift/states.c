#include "tools/spacesift/states.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/unzstd.h"
#include "tools/spacesift/cli.h"
#include "tools/spacesift/read_ahead.h"

/* One state in the chain of its pass: file, decompression, both of them in the thread that reads ahead, reader. */
struct link {
  FILE *file;
  struct sift_unzstd *unzstd;
};

struct sift_states {
  char *const *paths;
  struct link *links;
  struct sift_state_input *contents;
  struct sift_read_ahead *ahead;
  struct sift_state_reader **readers;
  size_t count;
  size_t opened; /* readers of this pass */
  uint64_t spaces_max;
  struct sift_state_merger *merger;
};

enum sift_status sift_states_new(struct sift_states **out, char *const *paths, size_t count, uint64_t spaces_max) {
  *out = NULL;
  struct sift_states *states = calloc(1, sizeof *states);
  if (states == NULL) {
    return SIFT_ENOMEM;
  }
  states->paths = paths;
  states->count = count;
  states->spaces_max = spaces_max;
  states->links = calloc(count + 1, sizeof *states->links);
  states->contents = calloc(count + 1, sizeof *states->contents);
  states->readers = calloc(count + 1, sizeof(struct sift_state_reader *));
  if (states->links == NULL || states->contents == NULL || states->readers == NULL) {
    sift_states_free(states);
    return SIFT_ENOMEM;
  }
  *out = states;
  return SIFT_OK;
}

static void close_link(struct link *link) {
  sift_unzstd_free(link->unzstd);
  if (link->file != NULL) {
    fclose(link->file);
  }
  *link = (struct link){0};
}

/* The thread before what it reads. */
static void end_pass(struct sift_states *states) {
  sift_state_merger_free(states->merger);
  states->merger = NULL;
  for (size_t i = 0; i < states->opened; i++) {
    sift_state_reader_free(states->readers[i]);
  }
  states->opened = 0;
  sift_read_ahead_free(states->ahead);
  states->ahead = NULL;
  for (size_t i = 0; states->links != NULL && i < states->count; i++) {
    close_link(&states->links[i]);
  }
}

void sift_states_free(struct sift_states *states) {
  if (states == NULL) {
    return;
  }
  end_pass(states);
  free(states->links);
  free(states->contents);
  free((void *)states->readers);
  free(states);
}

static enum sift_status read_file(void *context, char *buffer, size_t size, size_t *got) {
  FILE *file = context;
  *got = fread(buffer, 1, size, file);
  return *got == 0 && ferror(file) != 0 ? SIFT_EIO : SIFT_OK;
}

static void complain_of(const char *path, enum sift_status status) {
  switch (status) {
  case SIFT_EIO:
    sift_say("cannot read %s: %s", path, strerror(errno));
    return;
  case SIFT_EFORMAT:
    sift_say("%s is no state: give a file written by 'spacesift scan --state' or 'spacesift merge'", path);
    return;
  case SIFT_EVERSION:
    sift_say("%s was made by other rules or another version: scan again with the same rules", path);
    return;
  case SIFT_ECORRUPT:
  case SIFT_ETRUNCATED:
    sift_say("%s: the state is %s: take it from a backup or scan again", path, status == SIFT_ECORRUPT ? "damaged" : "not whole");
    return;
  default:
    sift_say("%s: %s", path, sift_status_text(status));
  }
}

static enum sift_status open_link(struct sift_states *states, size_t at) {
  struct link *link = &states->links[at];
  link->file = fopen(states->paths[at], "re");
  if (link->file == NULL) {
    return SIFT_EIO;
  }
  struct sift_state_input input = {.read = read_file, .context = link->file};
  enum sift_status status = sift_unzstd_new(&link->unzstd, input, SIFT_STATE_WINDOW_LOG_MAX);
  states->contents[at] = status == SIFT_OK ? sift_unzstd_input(link->unzstd) : input;
  return status;
}

static enum sift_status open_reader(struct sift_states *states, size_t at) {
  enum sift_status status = sift_state_reader_new(&states->readers[at], sift_read_ahead_input(states->ahead, at));
  states->opened += status == SIFT_OK;
  return status;
}

/* Does `open` for each state, and tells of the first that fails. */
static enum sift_status open_each(struct sift_states *states, enum sift_status (*open)(struct sift_states *, size_t)) {
  enum sift_status status = SIFT_OK;
  for (size_t i = 0; i < states->count && status == SIFT_OK; i++) {
    status = open(states, i);
    if (status != SIFT_OK) {
      complain_of(states->paths[i], status);
    }
  }
  return status;
}

static enum sift_status begin_merger(struct sift_states *states) {
  enum sift_status status = sift_state_merger_new(&states->merger, states->readers, states->count, states->spaces_max);
  if (status == SIFT_EVERSION) {
    sift_say("these states were made by different rule sets and cannot be folded: scan again with one of them");
  } else if (status != SIFT_OK) {
    sift_say("%s", sift_status_text(status));
  }
  return status;
}

enum sift_status sift_states_pass(struct sift_states *states, struct sift_state_merger **out) {
  end_pass(states);
  enum sift_status status = open_each(states, open_link);
  if (status == SIFT_OK) {
    status = sift_read_ahead_new(&states->ahead, states->contents, states->count);
    if (status != SIFT_OK) {
      sift_say("%s", sift_status_text(status));
    }
  }
  status = status == SIFT_OK ? open_each(states, open_reader) : status;
  status = status == SIFT_OK ? begin_merger(states) : status;
  *out = states->merger;
  return status;
}

const struct sift_state_header *sift_states_header(const struct sift_states *states) {
  return states->opened > 0 ? sift_state_reader_header(states->readers[0]) : NULL;
}

void sift_states_complain(const struct sift_states *states, enum sift_status status) {
  if (states->merger != NULL) {
    complain_of(states->paths[sift_state_merger_culprit(states->merger)], status);
  }
}
