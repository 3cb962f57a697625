// Command logging writes through log and log/slog with source lines.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"os"
	"path"
	"runtime"
	"strings"
)

func main() {
	log.SetFlags(log.Lshortfile)
	log.SetOutput(os.Stdout)
	log.Print("plain")
	indirect("through a wrapper")
	logger := log.New(os.Stdout, "prefix: ", log.Lshortfile|log.Lmsgprefix)
	logger.Printf("%d %s", 1, "formatted")
	func() { logger.Println("in a closure") }()
	defer logger.Println("deferred")

	func() {
		defer func() { logger.Println("recovered", recover()) }()
		logger.Panicf("panics %d", 2)
	}()
	structured()
	handlers()
	fmt.Println(errors.Join(errors.New("one"), errors.New("two")))
}

func indirect(message string) { _ = log.Output(2, message) }

func structured() {
	var out bytes.Buffer
	options := &slog.HandlerOptions{AddSource: true, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		switch v := a.Value.Any().(type) {
		case *slog.Source:
			return slog.String("at", fmt.Sprint(path.Base(v.File), ":", v.Line, " ", v.Function))
		}
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}
	text := slog.New(slog.NewTextHandler(&out, options)).With("app", "test").WithGroup("g")
	text.Info("information", "n", 1, "list", []int{1, 2})
	text.Warn("quoted \"text\"", slog.Group("inner", "k", "v w"))
	json := slog.New(slog.NewJSONHandler(&out, options))
	json.Error("failed", "err", errors.New("broken"), "f", 1.5)
	json.Debug("not written")
	fmt.Print(out.String())
}

type lineCounter struct {
	slog.Handler
	lines map[string]int
}

func (c lineCounter) Handle(_ context.Context, r slog.Record) error {
	frame, _ := runtime.CallersFrames([]uintptr{r.PC}).Next()
	c.lines[fmt.Sprint(strings.TrimPrefix(frame.Function, "main."), ":", frame.Line)]++
	return nil
}

func handlers() {
	counter := lineCounter{slog.NewTextHandler(os.Stdout, nil), map[string]int{}}
	logger := slog.New(counter)
	for i := 0; i < 3; i++ {
		logger.Info("counted")
	}
	logger.Info("once")
	fmt.Println(counter.lines)
}
