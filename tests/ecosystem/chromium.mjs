/** How Chromium is started. */
export const chromiumOptions = {
  executablePath: process.env.CHROME_BIN || "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
};
