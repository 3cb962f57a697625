// A program for github.com/syumai/workers, as people have them.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/syumai/workers"
	"github.com/syumai/workers/cloudflare"
	"github.com/syumai/workers/cloudflare/cron"
	"github.com/syumai/workers/cloudflare/kv"
)

func main() {
	http.HandleFunc("/hello", func(w http.ResponseWriter, req *http.Request) {
		time.Sleep(20 * time.Millisecond)
		fmt.Fprintf(w, "Hello, %s", cloudflare.Getenv("NAME"))
	})
	http.HandleFunc("/echo", func(w http.ResponseWriter, req *http.Request) {
		io.Copy(w, req.Body)
	})
	http.HandleFunc("/slow-echo", func(w http.ResponseWriter, req *http.Request) {
		for i := 0; i < 3; i++ {
			time.Sleep(10 * time.Millisecond)
			fmt.Fprintln(w, i)
		}
		body, err := io.ReadAll(req.Body)
		fmt.Fprintf(w, "%s %v", body, err)
	})
	http.HandleFunc("/kv", func(w http.ResponseWriter, req *http.Request) {
		store, err := kv.NewNamespace("STORE")
		if err == nil {
			err = store.PutString("cron", "", nil)
		}
		fmt.Fprint(w, err)
	})
	http.HandleFunc("/panic", func(http.ResponseWriter, *http.Request) { panic("by hand") })
	cron.ScheduleTaskNonBlock(func(ctx context.Context) error {
		event, err := cron.NewEvent(ctx)
		if err != nil {
			return err
		}
		store, err := kv.NewNamespace("STORE")
		if err != nil {
			return err
		}
		time.Sleep(10 * time.Millisecond)
		if event.Cron == "" {
			return errors.New("no cron")
		}
		return store.PutString("cron", event.Cron, nil)
	})
	workers.Serve(nil)
}
