/* fleetgen: writes or sends a made-up fleet of Spaces whose right verdicts are known. */
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "engine/harmless.h"
#include "tools/fleetgen/produce.h"
#include "tools/fleetgen/send.h"
#include "tools/fleetgen/words.h"

enum { EXIT_UNSENT = 1, EXIT_USAGE = 2, ERROR_BYTES = 512 };

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int fail(enum sift_status status, const char *error) {
  fputs("fleetgen: ", stderr);
  sift_harmless_print(sift_span_of(error[0] != '\0' ? error : sift_status_text(status)), stderr);
  fputc('\n', stderr);
  return EXIT_USAGE;
}

static void outcome_print(const struct sift_gen_fleet *fleet, const struct sift_gen_options *options,
                          const struct sift_gen_outcome *outcome, double elapsed) {
  double text = (double)outcome->text_bytes;
  sift_harmless_print(sift_span_of(options->out), stdout);
  printf(": %llu Spaces, %llu faulty (%llu of them in the incident)\n"
         "%.1f MB of log text, %.1f MB wrapped, %.1f MB of files, in %.1f s\n",
         (unsigned long long)fleet->config.spaces, (unsigned long long)fleet->fault_spaces,
         (unsigned long long)fleet->incident_spaces, text / 1e6, (double)outcome->wrapped_bytes / 1e6,
         (double)outcome->file_bytes / 1e6, elapsed);
  if (text > (double)fleet->config.bytes * 1.02) {
    fprintf(
        stderr, "fleetgen: %llu bytes are too few for %llu Spaces: each got its essential lines and no more, %llu bytes in all\n",
        (unsigned long long)fleet->config.bytes, (unsigned long long)fleet->config.spaces, (unsigned long long)outcome->text_bytes);
  }
}

static int files_write(const struct sift_gen_fleet *fleet, const struct sift_gen_options *options) {
  char error[ERROR_BYTES] = "";
  double start = seconds();
  struct sift_gen_outcome outcome;
  enum sift_status status = sift_gen_produce(fleet, options, &outcome, error, sizeof(error));
  if (status != SIFT_OK) {
    return fail(status, error);
  }
  outcome_print(fleet, options, &outcome, seconds() - start);
  return 0;
}

/* What was sent is told even where it was not all. */
static int fleet_send(struct sift_gen_fleet *fleet, const struct sift_gen_options *options) {
  char error[ERROR_BYTES] = "";
  struct sift_gen_delivery delivery;
  signal(SIGPIPE, SIG_IGN); /* TLS writes where the peer may have gone */
  if (options->send.shifted) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    sift_gen_fleet_shift(fleet, (int64_t)now.tv_sec * 1000000000 + now.tv_nsec - fleet->end_ns);
  }
  enum sift_status status = sift_gen_send(fleet, options, &delivery, error, sizeof(error));
  if (status != SIFT_EINVAL) {
    sift_gen_delivery_print(&delivery, fleet, options);
    fflush(stdout);
  }
  if (status != SIFT_OK) {
    fail(status, error);
  }
  return status == SIFT_OK ? 0 : status == SIFT_EIO || status == SIFT_EFORMAT ? EXIT_UNSENT : EXIT_USAGE;
}

int main(int argc, char **argv) {
  struct sift_gen_options options;
  char error[ERROR_BYTES] = "";
  enum sift_status status = sift_gen_options_parse(&options, argc, argv, error, sizeof(error));
  if (status != SIFT_OK) {
    return fail(status, error);
  }
  if (options.help) {
    sift_gen_help_print(stdout);
    return fflush(stdout) == 0 ? 0 : EXIT_USAGE;
  }
  struct sift_gen_fleet fleet;
  status = sift_gen_fleet_init(&fleet, &options.fleet, error, sizeof(error));
  if (status != SIFT_OK) {
    return fail(status, error);
  }
  int result = options.send.target.url != NULL ? fleet_send(&fleet, &options) : files_write(&fleet, &options);
  sift_gen_fleet_release(&fleet);
  return result;
}
