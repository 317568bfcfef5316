#include "ingest/serve/lookout.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ingest/facts_file.h"
#include "ingest/serve/loop_internal.h"
#include "ingest/status_file.h"

enum { TOLD_MAX = 20 /* problems of one reading in the log */, NS_A_MS = 1000000 };

/* What tells one content of a path from another; all zero where there is no file. */
struct identity {
  dev_t device;
  ino_t inode;
  off_t size;
  int64_t written_ns;
};

struct watched {
  const char *path;
  struct identity seen; /* when it was last read, or could not be */
};

struct sift_lookout {
  struct sift_lookout_config config;
  struct watched facts_file, status_file;
  struct sift_factbox *facts;
  struct sift_pagebox *page;
  int64_t looked_ns; /* monotonic */
};

/* ---- problems ---- */

static void blame(struct sift_problems *problems, const char *path, const char *message, const char *hint) {
  const struct sift_problem problem = {.file = path, .subject = "", .field = "", .message = message, .hint = hint};
  sift_problems_add(problems, &problem);
}

/* The problems' own lines, into the log. */
static void tell_lines(struct sift_note *note, char *text, enum sift_note_level level) {
  char *rest = NULL;
  size_t told = 0;
  for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
    if (told++ < TOLD_MAX) {
      sift_note_say(note, level, SIFT_NOTE_ALWAYS, "%s", line);
    }
  }
  if (told > TOLD_MAX) {
    sift_note_say(note, level, SIFT_NOTE_ALWAYS, "... and %zu more", told - TOLD_MAX);
  }
}

static void tell(const struct sift_lookout *lookout, struct sift_problems *problems, bool refused) {
  if (problems->errors + problems->warnings == 0) {
    return;
  }
  if (lookout->config.note == NULL) {
    sift_problems_print(problems, stderr);
    return;
  }
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  if (out == NULL) {
    return;
  }
  sift_problems_print(problems, out);
  if (fclose(out) == 0) {
    tell_lines(lookout->config.note, text, refused ? SIFT_NOTE_ERROR : SIFT_NOTE_WARNING);
  }
  free(text);
}

/* ---- reading ---- */

/* False: it cannot be read, or need not be, and why is told. What is no regular file might never end, or not come twice. */
static bool identify(const char *path, struct identity *out, struct sift_problems *problems) {
  struct stat info;
  *out = (struct identity){0};
  if (stat(path, &info) != 0) {
    blame(problems, path, strerror(errno), "");
    return false;
  }
  *out =
      (struct identity){info.st_dev, info.st_ino, info.st_size, (int64_t)info.st_mtim.tv_sec * 1000000000 + info.st_mtim.tv_nsec};
  if (!S_ISREG(info.st_mode)) {
    blame(problems, path, "is no regular file", "serve reads it again when it changes, so write to a file");
    return false;
  }
  return true;
}

static bool is_same(const struct identity *a, const struct identity *b) {
  return a->device == b->device && a->inode == b->inode && a->size == b->size && a->written_ns == b->written_ns;
}

/* Amid being written, most likely; what stood there before is better than a part. */
static enum sift_status keep_whole(const struct watched *file, bool damaged, bool first, struct sift_problems *problems) {
  if (first || (!damaged && file->seen.size > 0)) {
    return SIFT_OK;
  }
  blame(problems, file->path, damaged ? "is cut off" : "is empty", "write a new file beside it and rename that");
  return SIFT_ETRUNCATED;
}

static enum sift_status read_facts(struct sift_lookout *lookout, bool first, struct sift_problems *problems) {
  const struct watched *file = &lookout->facts_file;
  const struct sift_facts_file_config config = {.default_space = sift_span_of(""), .now_ns = sift_realtime_ns()};
  struct sift_facts_file_result result = {0};
  struct sift_facts *facts = NULL;
  struct sift_factbox *box = NULL;
  enum sift_status status = sift_facts_new(&facts);
  status = status == SIFT_OK ? sift_facts_file_read(facts, file->path, &config, problems, &result) : status;
  status = status == SIFT_OK ? keep_whole(file, result.damaged, first, problems) : status;
  if (status != SIFT_OK) {
    sift_facts_free(facts);
    return status;
  }
  status = sift_factbox_new(&box, facts);
  if (status == SIFT_OK) {
    sift_factbox_release(lookout->facts);
    lookout->facts = box;
    sift_count_set(&lookout->config.counters->facts_spaces, sift_facts_count(box->facts));
  }
  return status;
}

static enum sift_status read_page(struct sift_lookout *lookout, bool first, struct sift_problems *problems) {
  const struct watched *file = &lookout->status_file;
  const struct sift_status_file_config config = {.now_ns = sift_realtime_ns()};
  struct sift_status_file_result result = {0};
  struct sift_status_page *page = NULL;
  struct sift_pagebox *box = NULL;
  enum sift_status status = sift_status_page_new(&page);
  status = status == SIFT_OK ? sift_status_file_read(page, file->path, &config, problems, &result) : status;
  status = status == SIFT_OK ? keep_whole(file, result.damaged, first, problems) : status;
  if (status != SIFT_OK) {
    sift_status_page_free(page);
    return status;
  }
  status = sift_pagebox_new(&box, page);
  if (status == SIFT_OK) {
    sift_pagebox_release(lookout->page);
    lookout->page = box;
  }
  return status;
}

static void count(struct sift_file_counters *counters, const struct watched *file, enum sift_status status) {
  sift_count(status == SIFT_OK ? &counters->good : &counters->bad, 1);
  if (status == SIFT_OK) {
    __atomic_store_n(&counters->written_ns, file->seen.written_ns, __ATOMIC_RELAXED);
  }
}

/* SIFT_END: it is as it was. */
static enum sift_status look_at(struct sift_lookout *lookout, struct watched *file, struct sift_file_counters *counters,
                                enum sift_status (*read)(struct sift_lookout *lookout, bool first, struct sift_problems *problems),
                                bool first, bool asked) {
  struct sift_problems problems;
  struct identity now;
  if (file->path == NULL) {
    return SIFT_END;
  }
  sift_problems_init(&problems);
  bool there = identify(file->path, &now, &problems);
  if (!first && !asked && is_same(&now, &file->seen)) {
    sift_problems_release(&problems);
    return SIFT_END;
  }
  file->seen = now; /* before it is read: what changes meanwhile is seen to the next time */
  enum sift_status status = there ? read(lookout, first, &problems) : SIFT_EIO;
  tell(lookout, &problems, status != SIFT_OK);
  count(counters, file, status);
  if (status == SIFT_ENOMEM) {
    sift_note_say(lookout->config.note, SIFT_NOTE_ERROR, SIFT_NOTE_ALWAYS, "%s: %s", file->path, sift_status_text(status));
  }
  sift_problems_release(&problems);
  return status;
}

/* ---- a life ---- */

static enum sift_status read_first(struct sift_lookout *lookout, char error[SIFT_LOOKOUT_ERROR_BYTES]) {
  struct sift_server_counters *counters = lookout->config.counters;
  enum sift_status facts = look_at(lookout, &lookout->facts_file, &counters->facts, read_facts, true, true);
  enum sift_status page = look_at(lookout, &lookout->status_file, &counters->status, read_page, true, true);
  enum sift_status status = facts < 0 ? facts : page;
  if (status < 0) {
    snprintf(error, SIFT_LOOKOUT_ERROR_BYTES, "%.400s cannot be used: what is wrong with it stands above",
             facts < 0 ? lookout->facts_file.path : lookout->status_file.path);
    return status;
  }
  return SIFT_OK;
}

enum sift_status sift_lookout_new(struct sift_lookout **out, const struct sift_lookout_config *config,
                                  char error[SIFT_LOOKOUT_ERROR_BYTES]) {
  struct sift_lookout *lookout = calloc(1, sizeof *lookout);
  *out = NULL;
  error[0] = '\0';
  if (lookout == NULL) {
    return SIFT_ENOMEM;
  }
  lookout->config = *config;
  lookout->facts_file.path = config->facts;
  lookout->status_file.path = config->status;
  enum sift_status status = read_first(lookout, error);
  lookout->looked_ns = sift_monotonic_ns();
  if (status != SIFT_OK) {
    sift_lookout_free(lookout);
    return status;
  }
  *out = lookout;
  return SIFT_OK;
}

void sift_lookout_free(struct sift_lookout *lookout) {
  if (lookout == NULL) {
    return;
  }
  sift_factbox_release(lookout->facts);
  sift_pagebox_release(lookout->page);
  free(lookout);
}

static void conclude(const struct sift_lookout *lookout, const struct watched *file, enum sift_status status) {
  if (status == SIFT_OK) {
    sift_note_say(lookout->config.note, SIFT_NOTE_INFO, SIFT_NOTE_ALWAYS, "%s read again", file->path);
  } else if (status != SIFT_END) {
    sift_note_say(lookout->config.note, SIFT_NOTE_ERROR, SIFT_NOTE_ALWAYS, "%s: what was read before stays in force", file->path);
  }
}

bool sift_lookout_look(struct sift_lookout *lookout, bool asked) {
  int64_t now_ns = sift_monotonic_ns();
  if (!asked && now_ns - lookout->looked_ns < (int64_t)SIFT_LOOKOUT_MS * NS_A_MS) {
    return false;
  }
  lookout->looked_ns = now_ns;
  struct sift_server_counters *counters = lookout->config.counters;
  enum sift_status facts = look_at(lookout, &lookout->facts_file, &counters->facts, read_facts, false, asked);
  enum sift_status page = look_at(lookout, &lookout->status_file, &counters->status, read_page, false, asked);
  conclude(lookout, &lookout->facts_file, facts);
  conclude(lookout, &lookout->status_file, page);
  return facts == SIFT_OK || page == SIFT_OK;
}

struct sift_factbox *sift_lookout_facts(const struct sift_lookout *lookout) {
  return lookout->facts;
}

struct sift_pagebox *sift_lookout_page(const struct sift_lookout *lookout) {
  return lookout->page;
}
