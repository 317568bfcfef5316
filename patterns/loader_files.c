/* Rule files from disk: a directory of *.yaml in order of name, or one file, each within its limit. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "patterns/loader.h"
#include "patterns/loader_internal.h"

enum { FILES_MAX = 4096 };

struct files {
  struct sift_arena arena;
  struct sift_rule_file *items;
  size_t count;
  size_t bytes; /* of all files together */
  struct sift_problems *problems;
};

static enum sift_status refuse(struct files *files, const char *path, const char *message, const char *hint) {
  sift_problems_add(files->problems,
                    &(struct sift_problem){.file = path, .subject = "", .field = "", .message = message, .hint = hint});
  return SIFT_EIO;
}

static enum sift_status refuse_errno(struct files *files, const char *path) {
  char message[160];
  int error = errno;
  snprintf(message, sizeof message, "cannot be read: %s", strerror(error));
  return refuse(files, path, message,
                error == ENOENT ? "name a directory of *.yaml files or one file, or leave --rules out for the built-in pack" : "");
}

/* Reads to the end, whatever the size was said to be. */
static enum sift_status read_all(struct files *files, int fd, const char *path, size_t size, struct sift_span *out) {
  char *bytes = sift_arena_alloc(&files->arena, size + 1);
  if (bytes == NULL) {
    return SIFT_ENOMEM;
  }
  size_t len = 0;
  while (len <= size) {
    ssize_t got = read(fd, bytes + len, size + 1 - len);
    if (got == 0) {
      break;
    }
    if (got < 0 && errno != EINTR) {
      return refuse_errno(files, path);
    }
    len += got > 0 ? (size_t)got : 0;
  }
  if (len > size) {
    return refuse(files, path, "grew while it was read", "try again");
  }
  *out = sift_span(bytes, len);
  return SIFT_OK;
}

static enum sift_status read_file(struct files *files, const char *path) {
  /* Non-blocking, so that a named pipe is refused rather than waited for. */
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) {
    return refuse_errno(files, path);
  }
  struct stat info;
  enum sift_status status = SIFT_OK;
  struct sift_span bytes = {NULL, 0};
  if (fstat(fd, &info) != 0) {
    status = refuse_errno(files, path);
  } else if (!S_ISREG(info.st_mode)) {
    status = refuse(files, path, "is no regular file", "name a directory of *.yaml files, or one file");
  } else if (info.st_size > SIFT_YAML_BYTES_MAX) {
    status = refuse(files, path, "is larger than 16 MiB", "split the rule set into several files");
  } else if ((files->bytes += (size_t)info.st_size) > SIFT_SET_BYTES_MAX) {
    status = refuse(files, path, "makes the rule set larger than 64 MiB", "load fewer rules");
  } else {
    status = read_all(files, fd, path, (size_t)info.st_size, &bytes);
  }
  close(fd);
  if (status != SIFT_OK) {
    return status;
  }
  files->items[files->count++] = (struct sift_rule_file){.name = path, .bytes = bytes};
  return SIFT_OK;
}

static bool is_yaml(const char *name) {
  const char *dot = strrchr(name, '.');
  return name[0] != '.' && dot != NULL && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

static int by_name(const void *a, const void *b) {
  const char *const *x = a;
  const char *const *y = b;
  return strcmp(*x, *y);
}

/* The paths of the directory's YAML files, sorted. */
static enum sift_status list_directory(struct files *files, DIR *directory, const char *path, const char **names, size_t *count) {
  const struct dirent *entry;
  while ((entry = readdir(directory)) != NULL) {
    if (!is_yaml(entry->d_name)) {
      continue;
    }
    if (*count == FILES_MAX) {
      return refuse(files, path, "holds more than 4096 rule files", "join them");
    }
    size_t size = strlen(path) + strlen(entry->d_name) + 2;
    char *name = sift_arena_alloc(&files->arena, size);
    if (name == NULL) {
      return SIFT_ENOMEM;
    }
    snprintf(name, size, "%s%s%s", path, path[strlen(path) - 1] == '/' ? "" : "/", entry->d_name);
    names[(*count)++] = name;
  }
  if (*count == 0) {
    return refuse(files, path, "holds no *.yaml file", "name the directory that the rule files stand in");
  }
  qsort(names, *count, sizeof *names, by_name);
  return SIFT_OK;
}

static enum sift_status read_directory(struct files *files, DIR *directory, const char *path) {
  const char **names = sift_arena_alloc(&files->arena, FILES_MAX * sizeof *names);
  size_t count = 0;
  enum sift_status status = names != NULL ? list_directory(files, directory, path, names, &count) : SIFT_ENOMEM;
  /* One unreadable file does not hide the next. */
  for (size_t i = 0; i < count && status != SIFT_ENOMEM; i++) {
    enum sift_status one = read_file(files, names[i]);
    status = one != SIFT_OK ? one : status;
  }
  return status;
}

static enum sift_status read_path(struct files *files, const char *path) {
  files->items = sift_arena_alloc(&files->arena, FILES_MAX * sizeof *files->items);
  if (files->items == NULL) {
    return SIFT_ENOMEM;
  }
  DIR *directory = opendir(path);
  if (directory == NULL) {
    return errno == ENOTDIR ? read_file(files, path) : refuse_errno(files, path);
  }
  enum sift_status status = read_directory(files, directory, path);
  closedir(directory);
  return status;
}

enum sift_status sift_rules_load(struct sift_ruleset **out, const char *path, struct sift_problems *problems) {
  *out = NULL;
  if (path == NULL) {
    size_t count = 0;
    const struct sift_rule_file *builtin = sift_rules_builtin(&count);
    return sift_rules_parse(out, builtin, count, problems);
  }
  struct files files = {.problems = problems};
  sift_arena_init(&files.arena);
  enum sift_status status = read_path(&files, path);
  if (status == SIFT_OK) {
    status = sift_rules_parse(out, files.items, files.count, problems);
  } else if (status == SIFT_EIO && files.count > 0) {
    /* A file that cannot be read does not hide what is wrong in the others. */
    status = sift_loader_parse(out, files.items, files.count, true, problems) == SIFT_ENOMEM ? SIFT_ENOMEM : SIFT_EIO;
  }
  sift_arena_release(&files.arena);
  return status;
}
