#include "tools/measure/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tools/measure/clock.h"

enum { READ_BYTES = 64 * 1024 };

/* Ends that we hold: of its standard output and standard error. -1: closed. */
struct ends {
  int own[2], given[2];
};

static void close_end(int *end) {
  if (*end >= 0) {
    close(*end);
    *end = -1;
  }
}

static bool open_ends(struct ends *ends) {
  *ends = (struct ends){{-1, -1}, {-1, -1}};
  for (int i = 0; i < 2; i++) {
    int both[2];
    if (pipe2(both, O_CLOEXEC) != 0) {
      return false;
    }
    ends->own[i] = both[0];
    ends->given[i] = both[1];
  }
  return true;
}

static void close_ends(struct ends *ends) {
  for (int i = 0; i < 2; i++) {
    close_end(&ends->own[i]);
    close_end(&ends->given[i]);
  }
}

static int start(pid_t *pid, const struct ends *ends, const struct sift_child_config *config) {
  posix_spawn_file_actions_t actions;
  int error = posix_spawn_file_actions_init(&actions);
  if (error != 0) {
    return error;
  }
  error = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  for (int i = 0; i < 2 && error == 0; i++) {
    error = posix_spawn_file_actions_adddup2(&actions, ends->given[i], STDOUT_FILENO + i);
  }
  if (error == 0) {
    error = posix_spawnp(pid, config->program, &actions, NULL, (char *const *)(void *)config->argv, environ);
  }
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

/* What standard error brings: its first line is kept, the rest is let go. */
static void take_complaint(struct sift_child_result *result, const char *bytes, size_t len) {
  size_t had = strlen(result->complaint);
  size_t room = sizeof result->complaint - 1 - had;
  if (had > 0 && result->complaint[had - 1] == '\n') {
    return;
  }
  for (size_t i = 0; i < len && i < room && bytes[i] != '\0'; i++) {
    result->complaint[had++] = bytes[i];
    if (bytes[i] == '\n') {
      break;
    }
  }
  result->complaint[had] = '\0';
}

/* False where there is more than may be. */
static bool take_output(struct sift_child_result *result, const struct sift_child_config *config, const char *bytes, size_t len) {
  if (len > config->out_bytes_max - result->out_len) {
    result->too_much = true;
    return false;
  }
  memcpy(result->out + result->out_len, bytes, len);
  result->out_len += len;
  return true;
}

/* Reads one end that has something; closes it at its end. */
static bool read_end(struct sift_child_result *result, const struct sift_child_config *config, struct ends *ends, int i) {
  char bytes[READ_BYTES];
  ssize_t got = read(ends->own[i], bytes, sizeof bytes);
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
    return true;
  }
  if (got <= 0) {
    close_end(&ends->own[i]);
    return true;
  }
  if (i == 1) {
    take_complaint(result, bytes, (size_t)got);
    return true;
  }
  return take_output(result, config, bytes, (size_t)got);
}

/* Milliseconds that are left, rounded up; 0: none. */
static int left_ms(double until) {
  double left = 1e3 * (until - sift_clock_wall());
  return left <= 0 ? 0 : left > 1e6 ? 1000 * 1000 : (int)left + 1;
}

static void listen_to(struct sift_child_result *result, const struct sift_child_config *config, struct ends *ends, double until) {
  while (ends->own[0] >= 0 || ends->own[1] >= 0) {
    struct pollfd polled[2] = {{.fd = ends->own[0], .events = POLLIN}, {.fd = ends->own[1], .events = POLLIN}};
    int left = left_ms(until);
    int ready = left > 0 ? poll(polled, 2, left) : 0;
    if (ready < 0 && errno == EINTR) {
      continue;
    }
    if (ready <= 0) {
      result->late = left_ms(until) == 0;
      if (result->late || ready < 0) {
        return;
      }
    }
    for (int i = 0; i < 2; i++) {
      if (polled[i].revents != 0 && !read_end(result, config, ends, i)) {
        return;
      }
    }
  }
}

/* Waits until it is over. It has closed its outputs, which does not end it yet. */
static void wait_for(struct sift_child_result *result, pid_t pid, double until) {
  static const struct timespec nap = {.tv_nsec = 1000000};
  int state = 0;
  bool kill_it = result->late || result->too_much;
  pid_t over = 0;
  while (!kill_it && (over = waitpid(pid, &state, WNOHANG)) == 0) {
    nanosleep(&nap, NULL);
    kill_it = result->late = left_ms(until) == 0;
  }
  if (kill_it) {
    kill(pid, SIGKILL);
    while ((over = waitpid(pid, &state, 0)) < 0 && errno == EINTR) {}
  }
  result->signal = over == pid && WIFSIGNALED(state) ? WTERMSIG(state) : 0;
  result->exit_status = over == pid && WIFEXITED(state) ? WEXITSTATUS(state) : -1;
}

enum sift_status sift_child_run(struct sift_child_result *out, const struct sift_child_config *config) {
  struct ends ends;
  pid_t pid = 0;
  *out = (struct sift_child_result){.exit_status = -1};
  out->out = malloc(config->out_bytes_max + 1);
  if (out->out == NULL) {
    return SIFT_ENOMEM;
  }
  if (!open_ends(&ends)) {
    int error = errno;
    close_ends(&ends);
    sift_child_release(out);
    errno = error;
    return SIFT_EIO;
  }
  double until = sift_clock_wall() + config->seconds_max;
  out->start_error = start(&pid, &ends, config);
  close_end(&ends.given[0]);
  close_end(&ends.given[1]);
  if (out->start_error == 0) {
    listen_to(out, config, &ends, until);
    wait_for(out, pid, until);
  }
  close_ends(&ends);
  return SIFT_OK;
}

void sift_child_release(struct sift_child_result *result) {
  free(result->out);
  *result = (struct sift_child_result){0};
}

bool sift_child_good(const struct sift_child_result *result) {
  return result->start_error == 0 && !result->late && !result->too_much && result->signal == 0 && result->exit_status == 0;
}
