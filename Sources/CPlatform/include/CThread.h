// Priority of single threads, which Glibc's Swift module does not reach.

#ifndef CTHREAD_H
#define CTHREAD_H

/// Lowers the calling thread's priority (Linux keeps niceness per thread). Returns 0 or -errno.
int cp_thread_niceness(int niceness);
/// Asks for the shortest slices of processor time, 100 microseconds, for the calling thread: since Linux 6.12 such a thread runs when it is
/// woken and does not wait for the slice of another to end. Older kernels ignore it. Returns 0 or -errno.
int cp_thread_prompt(void);
/// Names the calling thread, cut to 15 bytes.
void cp_thread_name(const char *name);
/// The text of an error number, safe from any thread.
void cp_error_text(int number, char *text, int capacity);

#endif
