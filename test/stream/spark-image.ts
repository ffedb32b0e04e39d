/** The image that the stream job runs in, by the names that compose gives its images. */
export function sparkImage(env: NodeJS.ProcessEnv = process.env): string {
  return `${env.SNACKLAB_IMAGE_PREFIX ?? 'snacklab'}/spark:${env.SNACKLAB_TAG ?? 'dev'}`;
}
