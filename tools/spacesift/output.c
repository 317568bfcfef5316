#include "tools/spacesift/output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/spacesift/cli.h"

/* ---- temporary names, for a signal to remove ---- */

enum { TEMPORARIES_MAX = 4 };
static char *volatile temporaries[TEMPORARIES_MAX];

static void remove_and_die(int number) {
  for (int i = 0; i < TEMPORARIES_MAX; i++) {
    char *path = temporaries[i];
    if (path != NULL) {
      unlink(path);
    }
  }
  signal(number, SIG_DFL);
  raise(number);
}

static void remember(char *path) {
  static const int deadly[] = {SIGINT, SIGTERM, SIGHUP};
  for (size_t i = 0; i < sizeof deadly / sizeof deadly[0]; i++) {
    struct sigaction action = {.sa_handler = remove_and_die, .sa_flags = (int)SA_RESETHAND};
    sigaction(deadly[i], &action, NULL);
  }
  for (int i = 0; i < TEMPORARIES_MAX; i++) {
    if (temporaries[i] == NULL) {
      temporaries[i] = path;
      return;
    }
  }
}

static void forget(const char *path) {
  for (int i = 0; i < TEMPORARIES_MAX; i++) {
    if (temporaries[i] == path) {
      temporaries[i] = NULL;
    }
  }
}

/* ---- one output ---- */

static void tell(struct sift_output *output) {
  if (!output->failed) {
    const char *name = strcmp(output->path, "-") == 0 ? "standard output" : output->path;
    const char *hint = errno == ENOSPC || errno == EDQUOT ? "; free some space and run again"
                       : errno == EPIPE                   ? " (whoever read it has stopped)"
                                                          : "";
    sift_say("cannot write %s: %s%s", name, strerror(errno), hint);
  }
  output->failed = true;
}

static FILE *open_temporary(struct sift_output *output) {
  if (asprintf(&output->temporary, "%s.XXXXXX", output->path) < 0) {
    output->temporary = NULL;
    errno = ENOMEM;
    return NULL;
  }
  int fd = mkostemp(output->temporary, O_CLOEXEC);
  if (fd < 0) {
    free(output->temporary);
    output->temporary = NULL;
    return NULL;
  }
  mode_t mask = umask(0);
  umask(mask);
  fchmod(fd, 0666 & ~mask);
  remember(output->temporary);
  return fdopen(fd, "w");
}

bool sift_output_open(struct sift_output *output, const char *path) {
  *output = (struct sift_output){.path = path};
  struct stat st;
  if (strcmp(path, "-") == 0) {
    output->file = stdout;
  } else if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
    output->file = S_ISDIR(st.st_mode) ? (errno = EISDIR, NULL) : fopen(path, "we");
  } else {
    output->file = open_temporary(output);
  }
  if (output->file == NULL) {
    tell(output);
    sift_output_close(output, false);
    return false;
  }
  return true;
}

enum sift_status sift_output_write(struct sift_output *output, const char *bytes, size_t size) {
  if (output->failed || fwrite(bytes, 1, size, output->file) != size) {
    tell(output);
    return SIFT_EIO;
  }
  return SIFT_OK;
}

bool sift_output_close(struct sift_output *output, bool good) {
  if (output->file != NULL) {
    if ((ferror(output->file) != 0 || fflush(output->file) != 0) && good) {
      tell(output);
    }
    if (output->temporary != NULL && good && !output->failed && fsync(fileno(output->file)) != 0) {
      tell(output);
    }
    if (output->file != stdout && fclose(output->file) != 0 && good) {
      tell(output);
    }
    output->file = NULL;
  }
  good = good && !output->failed;
  if (output->temporary != NULL) {
    if (good && rename(output->temporary, output->path) != 0) {
      tell(output);
      good = false;
    }
    if (!good) {
      unlink(output->temporary);
    }
    forget(output->temporary);
    free(output->temporary);
    output->temporary = NULL;
  }
  return good;
}

static enum sift_status write_state(void *context, const char *bytes, size_t size) {
  return sift_output_write(context, bytes, size);
}

struct sift_state_output sift_output_state(struct sift_output *output) {
  return (struct sift_state_output){write_state, output, true};
}
