/** The sign of the platform. */

export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" />
      <path d="M12 9.5v13l11-6.5z" />
      <path class="mark-bar" d="M7.5 9.5v13" />
    </svg>
  );
}
