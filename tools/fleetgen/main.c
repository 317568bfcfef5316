/* fleetgen: writes a made-up fleet of Spaces whose right verdicts are known. */
#include <stdio.h>
#include <time.h>

#include "engine/harmless.h"
#include "tools/fleetgen/produce.h"

enum { EXIT_USAGE = 2, ERROR_BYTES = 512 };

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

int main(int argc, char **argv) {
  struct sift_gen_options options;
  char error[ERROR_BYTES] = "";
  double start = seconds();
  enum sift_status status = sift_gen_options_parse(&options, argc, argv, error, sizeof(error));
  if (status != SIFT_OK) {
    return fail(status, error);
  }
  if (options.help) {
    fputs(sift_gen_options_help(), stdout);
    return fflush(stdout) == 0 ? 0 : EXIT_USAGE;
  }
  struct sift_gen_fleet fleet;
  status = sift_gen_fleet_init(&fleet, &options.fleet, error, sizeof(error));
  if (status != SIFT_OK) {
    return fail(status, error);
  }
  struct sift_gen_outcome outcome;
  status = sift_gen_produce(&fleet, &options, &outcome, error, sizeof(error));
  if (status == SIFT_OK) {
    outcome_print(&fleet, &options, &outcome, seconds() - start);
  }
  sift_gen_fleet_release(&fleet);
  return status == SIFT_OK ? 0 : fail(status, error);
}
