'use strict';
const { contextBridge, ipcRenderer } = require('electron');

contextBridge.exposeInMainWorld('licence', {
  standing: () => ipcRenderer.invoke('licence:standing'),
  feature: (name) => ipcRenderer.invoke('licence:feature', name),
  activate: () => ipcRenderer.invoke('licence:activate'),
  onChanged: (tell) => ipcRenderer.on('licence:changed', (_event, standing) => tell(standing)),
});
