'use strict';
// Electron: the licence lives in the main process; pages ask through preload.js.
const path = require('node:path');
const { app, BrowserWindow, ipcMain } = require('electron');
const { Client } = require('leasehold');

app.whenReady().then(() => {
  const client = Client.fromFile(path.join(__dirname, 'acme-cad.lh'));
  const window = new BrowserWindow({ webPreferences: { preload: path.join(__dirname, 'preload.js') } });
  ipcMain.handle('licence:standing', () => ({ ...client.standing(), message: client.message() }));
  ipcMain.handle('licence:feature', (_event, name) => client.feature(String(name)));
  ipcMain.handle('licence:activate', () => client.activate());
  client.startRenewing((event) => window.webContents.send('licence:changed', event.standing));
  app.on('will-quit', () => client.close());
  window.loadFile('index.html');
});
