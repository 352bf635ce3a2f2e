/* A disk that fails when it is read. It must never change what is read. Included once, at the end. */

static ssize_t read_really(int fd, void *bytes, size_t length, off_t at) {
  return at < 0 ? syscall(SYS_read, fd, bytes, length) : syscall(SYS_pread64, fd, bytes, length, at);
}

static ssize_t read_bytes(int fd, void *bytes, size_t length, off_t at) {
  struct stat seen;
  char path[PATH_MAX];
  if (!failing || !ours(fd, &seen, path)) return read_really(fd, bytes, length, at);
  LOCK;
  int error = error_for("read", path);
  if (error) REFUSE(error);
  UNLOCK(read_really(fd, bytes, length, at));
}

ssize_t read(int fd, void *bytes, size_t length) { return read_bytes(fd, bytes, length, -1); }
ssize_t pread(int fd, void *bytes, size_t length, off_t at) { return read_bytes(fd, bytes, length, at); }
ssize_t pread64(int fd, void *bytes, size_t length, off64_t at) { return read_bytes(fd, bytes, length, at); }
