import gowasp from "gowasp/vite";
import { defineConfig } from "vite";

export default defineConfig({ plugins: [gowasp()], build: { target: "es2022" } });
