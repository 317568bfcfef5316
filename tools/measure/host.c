#include "tools/measure/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zstd.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "engine/database.h"
#include "ingest/scan.h"

#ifndef SIFT_BUILD_TYPE
#define SIFT_BUILD_TYPE "unknown"
#endif

#ifdef __clang__
#define COMPILER __VERSION__
#else
#define COMPILER "gcc " __VERSION__
#endif

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

static void copy(char *out, size_t size, const char *text) {
  snprintf(out, size, "%.*s", (int)strcspn(text, "\n"), text);
}

/* The value behind a name in /proc/cpuinfo, of the first core that has one. */
static void read_cpuinfo(struct sift_host *host) {
  char line[512];
  FILE *file = fopen("/proc/cpuinfo", "re");
  bool mhz = false;
  bool model = false;
  while (file != NULL && !(mhz && model) && fgets(line, sizeof line, file) != NULL) {
    const char *value = strchr(line, ':');
    value = value != NULL ? value + 1 + strspn(value + 1, " \t") : "";
    if (!model && strncmp(line, "model name", 10) == 0) {
      copy(host->cpu, sizeof host->cpu, value);
      model = true;
    } else if (!mhz && strncmp(line, "cpu MHz", 7) == 0) {
      host->mhz = strtod(value, NULL);
      mhz = true;
    }
  }
  if (file != NULL) {
    fclose(file);
  }
}

static void read_governor(struct sift_host *host) {
  char line[64];
  FILE *file = fopen("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "re");
  if (file != NULL && fgets(line, sizeof line, file) != NULL) {
    copy(host->governor, sizeof host->governor, line);
  }
  if (file != NULL) {
    fclose(file);
  }
}

static void read_date(struct sift_host *host) {
  time_t now = time(NULL);
  struct tm local;
  char zone[8];
  if (localtime_r(&now, &local) != NULL && strftime(zone, sizeof zone, "%z", &local) == 5) {
    char clock[24];
    strftime(clock, sizeof clock, "%Y-%m-%dT%H:%M:%S", &local);
    snprintf(host->date, sizeof host->date, "%s%.3s:%s", clock, zone, zone + 3);
  }
}

void sift_host_read(struct sift_host *host) {
  *host = (struct sift_host){
      .cpu = "unknown",
      .cores = sift_cores(),
      .compiler = COMPILER,
      .build = SANITIZED ? SIFT_BUILD_TYPE " with sanitizers" : SIFT_BUILD_TYPE,
      .version = SIFT_VERSION,
  };
  long cpus = sysconf(_SC_NPROCESSORS_ONLN);
  host->cpus = cpus > 0 ? (unsigned)cpus : 1;
  if (gethostname(host->name, sizeof host->name - 1) != 0) {
    host->name[0] = '\0';
  }
  if (getloadavg(host->load, 3) != 3) {
    memset(host->load, 0, sizeof host->load);
  }
  pcre2_config(PCRE2_CONFIG_VERSION, host->pcre);
  copy(host->platform, sizeof host->platform, sift_engine_platform());
  copy(host->hyperscan, sizeof host->hyperscan, sift_engine_version());
  copy(host->zstd, sizeof host->zstd, ZSTD_versionString());
  read_cpuinfo(host);
  read_governor(host);
  read_date(host);
}

bool sift_host_slow_build(void) {
  return SANITIZED || strcmp(SIFT_BUILD_TYPE, "Debug") == 0;
}
